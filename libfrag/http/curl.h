// What the two clients share of libcurl. Private to libfrag/http.
#pragma once

#include <curl/curl.h>

#include <map>
#include <memory>
#include <string>

#include "libfrag/http/client.h"

namespace frag::http {

struct CurlEasyDeleter {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using CurlEasy = std::unique_ptr<CURL, CurlEasyDeleter>;

struct CurlHeadersDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using CurlHeaders = std::unique_ptr<curl_slist, CurlHeadersDeleter>;

using HeaderMap = std::map<std::string, std::string>;  // names in lower case

CurlEasy make_curl();
void append(CurlHeaders& list, const std::string& line);

// For CURLOPT_HEADERFUNCTION with a HeaderMap as its data.
std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user);

// What every request sets; `headers` must live as long as the transfer.
void set_common(CURL* easy, const std::string& url, const ClientOptions& options, CurlHeaders& headers);

// `url` without its query, for messages.
std::string shown_url(const std::string& url);

// The Error that a failed transfer is.
[[noreturn]] void throw_curl(CURLcode code, const std::string& url);

}  // namespace frag::http
