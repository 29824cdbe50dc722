#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sagespark/aws/sigv4/verify.h"
#include "sagespark/base/digest.h"
#include "sagespark/base/result.h"

namespace sagespark::aws::sigv4 {

/// Gives up to `size` more bytes of a body; 0 means the end.
using ByteSource = std::function<Result<size_t>(char* buffer, size_t size)>;

/// A body as it should be, from a request's headers.
struct BodyPlan {
  enum class Framing {
    kPlain,                     ///< The bytes themselves.
    kUnsignedChunks,            ///< STREAMING-UNSIGNED-PAYLOAD-TRAILER.
    kSignedChunks,              ///< STREAMING-AWS4-HMAC-SHA256-PAYLOAD.
    kSignedChunksAndTrailer,    ///< STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER.
  };
  Framing framing = Framing::kPlain;
  std::optional<uint64_t> decoded_length;
  std::string sha256_hex;                            ///< Of a plain, signed body; else empty.
  std::map<DigestAlgorithm, std::string> expected;   ///< Content-MD5 and x-amz-checksum-*, as bytes.
  std::optional<DigestAlgorithm> trailer;            ///< Of x-amz-trailer.

  // For signed chunks.
  std::string signing_key;
  std::string time;
  std::string scope;
  std::string seed_signature;

  /// Reads the headers. Fails with S3's codes: InvalidDigest (Content-MD5 or a checksum that is none),
  /// MissingContentLength (aws-chunked without x-amz-decoded-content-length), InvalidRequest (a mode or
  /// trailer that is not known).
  static Result<BodyPlan> FromHeaders(const RequestView& request, const Authorization& authorization,
                                      std::string_view signing_key);
};

/// "x-amz-checksum-crc32" and so on, lower case; nothing for other names.
std::optional<DigestAlgorithm> ChecksumOfHeader(std::string_view header_name);

/// Decodes and checks a body as it is read. What was read counts only once Read has returned 0.
class VerifiedBody {
 public:
  /// `also` are digests that the caller wants besides those that are checked.
  VerifiedBody(ByteSource source, BodyPlan plan, const std::vector<DigestAlgorithm>& also = {});

  /// Up to `size` more bytes of the payload; 0 at the end, once all checks have passed.
  /// Fails with kInvalidArgument and S3's codes: XAmzContentSHA256Mismatch, BadDigest, IncompleteBody (another
  /// length than announced), InvalidChunkSizeError, or MalformedTrailerError; kPermissionDenied and
  /// SignatureDoesNotMatch for a chunk or trailer; and with what the source fails with. Errors repeat.
  Result<size_t> Read(char* buffer, size_t size);

  /// Computes that digest too. Only before the first Read.
  void AlsoCompute(DigestAlgorithm algorithm);

  /// A digest that was asked for or checked, as bytes. Only after Read has returned 0.
  const std::string* digest(DigestAlgorithm algorithm) const;

  const BodyPlan& plan() const { return plan_; }

 private:
  Result<size_t> ReadChecked(char* buffer, size_t size);
  Result<size_t> ReadChunk(char* buffer, size_t size);
  Status BeginChunk();
  Status EndChunk();
  Status ReadTrailer();
  Status CheckTrailerLine(std::string_view line, std::string& canonical, std::string& signature);
  Status Finish();
  Status CheckSignature(std::string_view algorithm, std::string_view hashes, std::string_view signature);
  Result<std::string> ReadLine();
  Result<size_t> FillInput();
  bool signs_chunks() const;

  ByteSource source_;
  BodyPlan plan_;
  std::map<DigestAlgorithm, Digest> digests_;
  std::map<DigestAlgorithm, std::string> finished_;
  std::optional<Digest> chunk_hash_;
  std::string chunk_signature_;
  std::string previous_signature_;
  std::string input_;        ///< Encoded bytes that were read ahead, from position_ on.
  size_t position_ = 0;
  uint64_t chunk_left_ = 0;
  bool in_chunk_ = false;
  uint64_t total_ = 0;
  bool done_ = false;
  std::optional<Error> error_;
};

}  // namespace sagespark::aws::sigv4
