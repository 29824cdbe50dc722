#pragma once

// Private to aws/client: the AWS Common Runtime of this process.

#include <aws/common/byte_buf.h>
#include <aws/http/http.h>

#include <string>
#include <string_view>

struct aws_client_bootstrap;
struct aws_tls_ctx;

namespace sagespark::aws::crt {

/// Event loops, host resolver and bootstrap, made at the first use and kept to the end of the process.
struct Runtime {
  aws_client_bootstrap* bootstrap = nullptr;
  int process = 0;  ///< The process that made it: its threads do not live on in a fork's child.
};

/// The runtime of this process; a new one in a forked child.
const Runtime& GetRuntime();

/// Loads the library's tables, which any call of it needs. GetRuntime() does so itself.
void InitializeLibrary();

inline aws_byte_cursor Cursor(std::string_view text) { return aws_byte_cursor_from_array(text.data(), text.size()); }
inline std::string_view View(aws_byte_cursor cursor) {
  return {reinterpret_cast<const char*>(cursor.ptr), cursor.len};
}

}  // namespace sagespark::aws::crt
