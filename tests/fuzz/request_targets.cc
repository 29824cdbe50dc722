#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "sagespark/aws/sigv4/verified_body.h"
#include "sagespark/aws/sigv4/verify.h"
#include "sagespark/base/archive/tar_gz.h"
#include "sagespark/base/archive/zip.h"
#include "sagespark/base/xml/xml.h"
#include "sagespark/container/algorithm.h"
#include "sagespark/container/hosting/request_rows.h"
#include "sagespark/testing/temporary_folder.h"
#include "targets.h"

// What comes over the network before or beside the formats of rows, and archives of models.
namespace sagespark::fuzz {
namespace {

using aws::sigv4::BodyPlan;

/// Reads a body to its end or error, in pieces of a few bytes.
void ReadBody(std::string_view bytes, BodyPlan plan) {
  const auto source = [&bytes](char* buffer, size_t size) -> Result<size_t> {
    const size_t count = std::min({size, bytes.size(), size_t{7}});
    std::copy_n(bytes.data(), count, buffer);
    bytes.remove_prefix(count);
    return count;
  };
  const auto decoded_length = plan.decoded_length;
  aws::sigv4::VerifiedBody body(source, std::move(plan), {DigestAlgorithm::kMd5});
  uint64_t total = 0;
  char buffer[11];
  while (true) {
    const auto count = body.Read(buffer, sizeof(buffer));
    if (!count.ok()) {
      SAGESPARK_CHECK(!body.Read(buffer, sizeof(buffer)).ok());  // Errors repeat.
      return;
    }
    if (*count == 0) break;
    SAGESPARK_CHECK(*count <= sizeof(buffer));
    total += *count;
  }
  SAGESPARK_CHECK(!decoded_length || *decoded_length == total);
}

}  // namespace

void AwsChunked(std::string_view bytes) {
  const auto framings = {BodyPlan::Framing::kUnsignedChunks, BodyPlan::Framing::kSignedChunks,
                         BodyPlan::Framing::kSignedChunksAndTrailer};
  for (const auto framing : framings) {
    ReadBody(bytes, {.framing = framing, .decoded_length = 5, .sha256_hex = {}, .expected = {},
                     .trailer = DigestAlgorithm::kCrc32, .signing_key = "key", .time = "20261121T000000Z",
                     .scope = "20261121/us-east-1/s3/aws4_request", .seed_signature = std::string(64, '0')});
  }
}

/// A line of the path, one of the query, one of the Authorization header, the rest is x-amz-content-sha256.
void Signature(std::string_view bytes) {
  std::vector<std::string_view> lines;
  for (int i = 0; i < 3; ++i) {
    const size_t end = std::min(bytes.find('\n'), bytes.size());
    lines.push_back(bytes.substr(0, end));
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  const aws::sigv4::RequestView request{.method = "GET",
                                        .raw_path = lines[0],
                                        .raw_query = lines[1],
                                        .headers = {{"Host", "127.0.0.1"},
                                                    {"X-Amz-Date", "20261121T000000Z"},
                                                    {"Authorization", lines[2]},
                                                    {"x-amz-content-sha256", bytes}}};
  const auto authorization = aws::sigv4::ParseAuthorization(request);
  if (!authorization.ok()) return;
  const std::string key = aws::sigv4::SigningKey("secret", *authorization);
  // Nobody guesses a signature.
  SAGESPARK_CHECK(!aws::sigv4::Verify(request, *authorization, key, bytes, SystemTime()).ok());
  static_cast<void>(BodyPlan::FromHeaders(request, *authorization, key).ok());
}

void Xml(std::string_view bytes) {
  const auto root = xml::Parse(bytes);
  if (root.ok()) SAGESPARK_CHECK(!root->name.empty());
}

void RequestRows(std::string_view bytes) {
  for (const std::string_view type : container::kRowTypes) {
    for (const auto layout : {container::RowLayout::kDense, container::RowLayout::kAsRead}) {
      const auto rows = container::ParseRequestRows({.type = std::string(type), .parameters = {}}, bytes, 3, layout);
      if (!rows.ok()) continue;
      SAGESPARK_CHECK(rows->block.num_rows() > 0 && rows->block.num_columns() == 3);
      SAGESPARK_CHECK(rows->uids.empty() || static_cast<int64_t>(rows->uids.size()) == rows->block.num_rows());
    }
  }
}

void Zip(std::string_view bytes) {
  const auto entries = archive::ReadZip(bytes, {.max_bytes = 1 << 20, .max_entries = 100});
  if (!entries.ok()) return;
  size_t total = 0;
  std::set<std::string> names;
  for (const archive::ZipEntry& entry : *entries) {
    total += entry.bytes.size();
    SAGESPARK_CHECK(names.insert(entry.name).second);
  }
  SAGESPARK_CHECK(total <= 1 << 20);
}

void Tar(std::string_view bytes) {
  namespace fs = std::filesystem;
  const TemporaryFolder folder;
  const fs::path file = folder.Write("archive", bytes);
  static_cast<void>(archive::UnpackTarGz(file, folder / "out", {.max_bytes = 1 << 20, .max_entries = 100}).ok());
  fs::remove(file);
  for (const auto& entry : fs::directory_iterator(folder.path())) SAGESPARK_CHECK(entry.path().filename() == "out");
  for (const auto& entry : fs::recursive_directory_iterator(folder.path())) {
    SAGESPARK_CHECK(fs::is_regular_file(entry.symlink_status()) || fs::is_directory(entry.symlink_status()));
  }
}

}  // namespace sagespark::fuzz
