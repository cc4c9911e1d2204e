// libvips alone: decodes every file that standard input names into memory, and says how many.
#include <iostream>
#include <string>
#include <vips/vips8>

int main(int, char** argv) {
  if (VIPS_INIT(argv[0]) != 0) return 1;
  std::size_t count = 0;
  for (std::string path; std::getline(std::cin, path); ++count) {
    const vips::VImage image =
        vips::VImage::new_from_file(path.c_str(), vips::VImage::option()->set("access", "sequential"));
    std::size_t bytes = 0;
    g_free(image.write_to_memory(&bytes));
  }
  std::cerr << count << " decoded\n";
  return 0;
}
