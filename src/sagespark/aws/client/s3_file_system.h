#pragma once

#include <memory>

#include "sagespark/aws/client/s3_client.h"
#include "sagespark/io/file_system.h"

namespace sagespark::aws {

struct S3FileSystemOptions {
  size_t part_bytes = 5 << 20;  ///< S3 takes no parts below 5 MiB but the last.
  int parts_in_flight = 3;      ///< A stream holds at most this many parts and the one it fills.
  CallOptions call;             ///< Of every request.
};

/// Files in S3 ("s3://bucket/key").
///
/// Create uploads in parts while it is written; what fits one part goes in one PUT at Close. A stream that is
/// destroyed before Close or Detach aborts its upload. At most 10,000 parts: beyond, Write is kResourceLimit.
/// Open reads the object in one request and continues it, after a cut connection, from the byte reached; an object
/// that was replaced meanwhile is kConflict. Bytes of an object read whole are checked against its CRC-32:
/// kCorruptData. Objects of size 0 whose key ends in "/" mark folders, and List leaves them out.
std::shared_ptr<io::FileSystem> MakeS3FileSystem(std::shared_ptr<S3Client> client, S3FileSystemOptions options = {});

}  // namespace sagespark::aws
