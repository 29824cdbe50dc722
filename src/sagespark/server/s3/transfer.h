#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "sagespark/base/digest.h"
#include "sagespark/base/result.h"
#include "sagespark/server/s3/blob_store.h"
#include "sagespark/server/s3/s3_request.h"

namespace sagespark::server {

/// Gives up to `size` more bytes; 0 at the end.
using ByteReader = std::function<Result<size_t>(char* buffer, size_t size)>;

/// Copies `read` to its end into `blob` with a bounded buffer, and answers the MD5 as hexadecimal digits: the ETag.
/// Fails with EntityTooLarge over 5 GiB.
Result<std::string> StoreBytes(const ByteReader& read, BlobStore::Writer& blob);

struct StoredBytes {
  std::string etag;
  std::string checksum;  ///< Base64.
};

/// The same with a checksum of the bytes.
Result<StoredBytes> StoreBytes(const ByteReader& read, DigestAlgorithm checksum, BlobStore::Writer& blob);

/// Of what `reader` gives.
Result<StoredBytes> StoreRead(ObjectReader& reader, DigestAlgorithm checksum, BlobStore::Writer& blob);

/// Checks the length that a request announces for its payload, before any of it is taken. Fails with EntityTooLarge over 5 GiB.
Status CheckBodyLength(const http::Request& request);

/// Adds the headers of an object's reply: ETag, Last-Modified, metadata.
void AddObjectHeaders(const ObjectInfo& info, http::Headers& headers);

/// Adds the headers of a checksum: `value`, of the kind that `checksum` is.
void AddChecksumHeaders(const ObjectChecksum& checksum, const std::string& value, http::Headers& headers);

/// The algorithm of the checksum that a request carries in a header or announces as a trailer.
std::optional<DigestAlgorithm> ChecksumSent(const http::Request& request);

/// The checksum of a request's body to be kept with the object: the one that it carries or trails, else the default one, which
/// `body` was then told to compute. Call it after the body's end.
ObjectChecksum BodyChecksum(const http::Request& request, const RequestBody& body);

/// The parts of x-amz-copy-source. Fails with InvalidArgument, or NotImplemented for a version.
Result<S3Address> CopySourceOf(const http::Request& request);

}  // namespace sagespark::server
