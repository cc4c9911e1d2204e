// A CIFAR batch behind one byte: odd for CIFAR-10, even for CIFAR-100.
#include "libfrag/image/raw_sets.h"
#include "tests/fuzz/fuzz.h"

FRAG_FUZZ(bytes) {
  if (bytes.empty()) return;
  const bool ten = bytes[0] % 2 != 0;
  const auto file = frag::open_cifar(bytes.substr(1), nullptr, ten ? "test_batch.bin" : "test.bin");
  for (const std::uint32_t page : {0u, file->pages() - 1}) {
    file->read(page, {}, {0, 0, 32, 32});
    if (*file->label(page) >= (ten ? 10 : 100) || file->superclass(page).has_value() == ten) __builtin_trap();
  }
}
