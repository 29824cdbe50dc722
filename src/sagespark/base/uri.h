#pragma once

#include <string>
#include <string_view>

#include "sagespark/base/result.h"

namespace sagespark {

/// A place: "s3a://bucket/prefix/x", "file:///tmp/x", or a bare path. s3, s3a and s3n mean the same.
struct Uri {
  std::string scheme;     ///< Lower case; "file" for a bare path; "s3" for s3a and s3n.
  std::string authority;  ///< The bucket; empty for files.
  std::string path;       ///< For s3 the key, without a leading slash; for files the path as given.

  std::string ToString() const;
  friend bool operator==(const Uri&, const Uri&) = default;
};

/// Parses a URI or a bare path. Fails with kInvalidArgument on an empty text or an s3 URI without a bucket.
/// Keys are taken as written, never percent-decoded, as Hadoop and the AWS CLI do.
Result<Uri> ParseUri(std::string_view text);

/// Percent-encodes all but A-Z a-z 0-9 - . _ ~, and "/" too unless `keep_slash` (RFC 3986, SigV4).
std::string PercentEncode(std::string_view text, bool keep_slash = false);

/// Undoes percent-encoding. Fails with kCorruptData on a broken escape. "+" stays as it is.
Result<std::string> PercentDecode(std::string_view text);

}  // namespace sagespark
