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
  std::string checksum;  ///< Base64; empty when none was asked for.
};

/// Copies what `reader` gives into `blob`, with a checksum of it.
Result<StoredBytes> StoreRead(ObjectReader& reader, std::optional<DigestAlgorithm> checksum, BlobStore::Writer& blob);

/// Checks the length that a request announces for its payload, before any of it is taken. Fails with EntityTooLarge over 5 GiB.
Status CheckBodyLength(const http::Request& request);

/// Adds the headers of an object's reply: ETag, Last-Modified, metadata, and the checksum when `with_checksum`.
void AddObjectHeaders(const ObjectInfo& info, bool with_checksum, http::Headers& headers);

/// The algorithm of the checksum that a request carries in a header or announces as a trailer.
std::optional<DigestAlgorithm> ChecksumSent(const http::Request& request);

/// The checksum that a request's body carries or trails, to be kept with the object; nothing when there is none. Call it
/// after the body's end.
std::optional<ObjectChecksum> BodyChecksum(const http::Request& request, const RequestBody& body);

/// The parts of x-amz-copy-source. Fails with InvalidArgument, or NotImplemented for a version.
Result<S3Address> CopySourceOf(const http::Request& request);

}  // namespace sagespark::server
