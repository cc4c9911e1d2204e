// A race in a handler, on purpose: ThreadSanitizer has to report it in spite of tests/tsan.supp, else the
// other tests under it say nothing about our servers.
#include <iostream>
#include <thread>
#include <vector>

#include "libfrag/http/client.h"
#include "libfrag/http/server.h"

int main() {
  long counted = 0;  // written by every request without a lock
  const frag::http::Server server({}, [&counted](frag::http::Request&) {
    for (int i = 0; i < 1000; ++i) ++counted;
    return frag::http::Response::text("ok\n");
  });
  std::vector<std::thread> clients;
  for (int t = 0; t < 4; ++t) {
    clients.emplace_back([&server] {
      frag::http::Client client;
      for (int i = 0; i < 20; ++i) client.get(server.url() + "/");
    });
  }
  for (std::thread& client : clients) client.join();
  std::cout << "counted " << counted << " without a report\n";
}
