#include "server/mirror.h"

#include <catch2/catch.hpp>

#include "libfrag/base/digest.h"
#include "libfrag/dataset/layout.h"
#include "libfrag/dataset/renderer.h"
#include "libfrag/http/client.h"
#include "libfrag/http/server.h"
#include "libfrag/image/read.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::TempDir;

namespace {

struct Served {
  TempDir dir;
  DatasetFolder folder{test::small_dataset(dir)};
  Mirror mirror{folder, 1 << 24};
  http::Server server{{}, [this](http::Request& request) { return mirror.handle(request); }};
  http::Client client;

  http::Answer get(const std::string& path) { return client.get(server.url() + path); }
};

}  // namespace

TEST_CASE("the dataset is described with its id, classes and splits") {
  Served served;
  const Json json = served.get("/v1/dataset").json("dataset");
  CHECK(json["id"] == served.folder.catalog().id());
  CHECK(json["fragments"] == served.folder.catalog().fragments());
  CHECK(json["splits"]["train"]["sources"] == 6);
  CHECK(served.get("/v1/datasets").json("datasets")["datasets"].size() == 1);
}

TEST_CASE("two mirrors answer the same raw request with equal bytes") {
  Served one, two;
  const std::string path = "/v1/sample?split=train&count=40&seed=9";
  CHECK(sha256_hex(one.get(path).body) == sha256_hex(two.get(path).body));
}

TEST_CASE("a sample is continued with skip where another mirror stopped") {
  Served served;
  const std::string whole = served.get("/v1/sample?split=test&count=20&seed=1").body;
  const std::string head = served.get("/v1/sample?split=test&count=20&seed=1&limit=8").body;
  const std::string tail = served.get("/v1/sample?split=test&count=20&seed=1&skip=8").body;
  CHECK(head.substr(0, head.size() - 1024) + tail == whole);
}

TEST_CASE("a fragment's PNG decodes to its pixels") {
  Served served;
  FragmentRenderer renderer(served.folder);
  const http::Answer answer = served.get("/v1/fragments/17.png");
  CHECK(answer.headers.at("content-type") == "image/png");
  CHECK(decode_image(answer.body).packed() == renderer.render(17).packed());
}

TEST_CASE("files are served byte for byte under content tags") {
  Served served;
  const http::Answer json = served.get("/files/dataset.json");
  CHECK(json.body == served.folder.dataset_json());
  CHECK(json.headers.at("etag") == "\"" + served.folder.catalog().id() + "\"");
  CHECK(sha256_hex(served.get("/files/store/00000.tar").body) == served.folder.files().back().sha256);
}

TEST_CASE("requests that cannot be answered say why, as problems") {
  Served served;
  const std::pair<const char*, int> cases[] = {{"/v1/sample?split=trian&count=5", 404},
                                               {"/v1/sample?split=train&count=99999999", 400},
                                               {"/v1/sample?split=train&count=-1", 400},
                                               {"/v1/sample?split=train&cuont=5", 400},
                                               {"/v1/sample?split=train&count=5&format=gif", 400},
                                               {"/v1/sample?split=train&count=5&dataset=0123", 409},
                                               {"/v1/fragments/99999999.png", 404},
                                               {"/v1/fragments/-1.png", 400},
                                               {"/files/store/00001.tar", 404},
                                               {"/files/../../etc/passwd", 404},
                                               {"/files/%2e%2e/%2e%2e/etc/passwd", 404},
                                               {"/nothing", 404}};
  for (const auto& [path, status] : cases) {
    const http::Answer answer = served.get(path);
    INFO(path);
    CHECK(answer.status == status);
    CHECK(answer.headers.at("content-type") == "application/problem+json");
    CHECK(answer.json("problem")["detail"].get<std::string>().size() > 5);
  }
}

TEST_CASE("health is answered") {
  Served served;
  CHECK(served.get("/healthz").body == "ok\n");
}
