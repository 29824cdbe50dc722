#include "sagespark/aws/sigv4/verified_body.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace sagespark::aws::sigv4 {
namespace {

constexpr size_t kReadAhead = 64 << 10;
constexpr size_t kMaxLine = 4096;
constexpr size_t kMaxTrailerLines = 20;
constexpr std::string_view kEmptySha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

Error Invalid(std::string code, std::string message) {
  return Error(ErrorKind::kInvalidArgument, std::move(message), std::move(code));
}

size_t SizeOf(DigestAlgorithm algorithm) {
  switch (algorithm) {
    case DigestAlgorithm::kMd5: return 16;
    case DigestAlgorithm::kSha1: return 20;
    case DigestAlgorithm::kSha256: return 32;
    case DigestAlgorithm::kCrc32:
    case DigestAlgorithm::kCrc32c: return 4;
    case DigestAlgorithm::kCrc64Nvme: return 8;
  }
  return 0;
}

Result<std::string> DecodeDigest(DigestAlgorithm algorithm, std::string_view header, std::string_view base64) {
  std::optional<std::string> bytes = Base64Decode(base64);
  if (bytes && bytes->size() == SizeOf(algorithm)) return *std::move(bytes);
  if (algorithm == DigestAlgorithm::kMd5) return Invalid("InvalidDigest", "The Content-MD5 you specified is not valid.");
  return Invalid("InvalidRequest", "Value for " + std::string(header) + " header is invalid.");
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

Status ReadDigestHeaders(const RequestView& request, BodyPlan& plan) {
  for (const auto& [name, value] : request.headers) {
    const std::string lower = Lower(name);
    const std::optional<DigestAlgorithm> algorithm =
        lower == "content-md5" ? DigestAlgorithm::kMd5 : ChecksumOfHeader(lower);
    if (!algorithm) continue;
    // The checksum of a completed multipart upload is that of its object ("...-3"), not of this body.
    const bool completes = request.method == "POST" && request.raw_query.find("uploadId") != request.raw_query.npos;
    if (algorithm != DigestAlgorithm::kMd5 && completes) continue;
    SAGESPARK_ASSIGN_OR_RETURN(plan.expected[*algorithm], DecodeDigest(*algorithm, lower, value));
  }
  return Status::Ok();
}

}  // namespace

std::optional<DigestAlgorithm> ChecksumOfHeader(std::string_view header_name) {
  if (header_name == "x-amz-checksum-crc32") return DigestAlgorithm::kCrc32;
  if (header_name == "x-amz-checksum-crc32c") return DigestAlgorithm::kCrc32c;
  if (header_name == "x-amz-checksum-crc64nvme") return DigestAlgorithm::kCrc64Nvme;
  if (header_name == "x-amz-checksum-sha1") return DigestAlgorithm::kSha1;
  if (header_name == "x-amz-checksum-sha256") return DigestAlgorithm::kSha256;
  return std::nullopt;
}

Result<BodyPlan> BodyPlan::FromHeaders(const RequestView& request, const Authorization& authorization,
                                       std::string_view signing_key) {
  BodyPlan plan;
  const std::string_view mode = request.Header("x-amz-content-sha256");
  if (mode == "STREAMING-UNSIGNED-PAYLOAD-TRAILER") {
    plan.framing = Framing::kUnsignedChunks;
  } else if (mode == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD") {
    plan.framing = Framing::kSignedChunks;
  } else if (mode == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER") {
    plan.framing = Framing::kSignedChunksAndTrailer;
  } else if (mode.starts_with("STREAMING-")) {
    return Error(ErrorKind::kUnimplemented, "Payload mode is not offered: " + std::string(mode), "NotImplemented");
  } else if (!mode.empty() && mode != kUnsignedPayload) {
    if (mode.size() != 64 || !FromHex(mode)) {
      return Invalid("InvalidArgument", "x-amz-content-sha256 must be UNSIGNED-PAYLOAD or a valid sha256 value.");
    }
    plan.sha256_hex = std::string(mode);
  }
  SAGESPARK_RETURN_IF_ERROR(ReadDigestHeaders(request, plan));
  if (plan.framing == Framing::kPlain) return plan;

  const std::string_view length = request.Header("x-amz-decoded-content-length");
  uint64_t decoded_length = 0;
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), decoded_length);
  if (length.empty() || error != std::errc() || end != length.data() + length.size()) {
    return Invalid("MissingContentLength", "You must provide the x-amz-decoded-content-length header.");
  }
  plan.decoded_length = decoded_length;
  if (const std::string trailer = Lower(request.Header("x-amz-trailer")); !trailer.empty()) {
    plan.trailer = ChecksumOfHeader(trailer);
    if (!plan.trailer) return Invalid("InvalidRequest", "The value specified in the x-amz-trailer header is not supported");
  }
  plan.signing_key = std::string(signing_key);
  plan.time = authorization.time;
  plan.scope = authorization.Scope();
  plan.seed_signature = authorization.signature;
  return plan;
}

VerifiedBody::VerifiedBody(ByteSource source, BodyPlan plan, const std::vector<DigestAlgorithm>& also)
    : source_(std::move(source)), plan_(std::move(plan)), previous_signature_(plan_.seed_signature) {
  for (const DigestAlgorithm algorithm : also) AlsoCompute(algorithm);
  for (const auto& [algorithm, expected] : plan_.expected) AlsoCompute(algorithm);
  if (plan_.trailer) AlsoCompute(*plan_.trailer);
  if (!plan_.sha256_hex.empty()) AlsoCompute(DigestAlgorithm::kSha256);
}

void VerifiedBody::AlsoCompute(DigestAlgorithm algorithm) { digests_.try_emplace(algorithm, algorithm); }

const std::string* VerifiedBody::digest(DigestAlgorithm algorithm) const {
  const auto found = finished_.find(algorithm);
  return found == finished_.end() ? nullptr : &found->second;
}

bool VerifiedBody::signs_chunks() const {
  return plan_.framing == BodyPlan::Framing::kSignedChunks ||
         plan_.framing == BodyPlan::Framing::kSignedChunksAndTrailer;
}

Result<size_t> VerifiedBody::Read(char* buffer, size_t size) {
  if (error_) return *error_;
  if (done_ || size == 0) return size_t{0};
  Result<size_t> read = ReadChecked(buffer, size);
  if (!read.ok()) error_ = read.error();
  return read;
}

Result<size_t> VerifiedBody::ReadChecked(char* buffer, size_t size) {
  const bool plain = plan_.framing == BodyPlan::Framing::kPlain;
  SAGESPARK_ASSIGN_OR_RETURN(const size_t read, plain ? source_(buffer, size) : ReadChunk(buffer, size));
  if (read == 0) {
    SAGESPARK_RETURN_IF_ERROR(Finish());
    done_ = true;
    return size_t{0};
  }
  total_ += read;
  if (plan_.decoded_length && total_ > *plan_.decoded_length) {
    return Invalid("IncompleteBody", "The body is longer than x-amz-decoded-content-length");
  }
  for (auto& [algorithm, digest] : digests_) digest.Update(std::string_view(buffer, read));
  return read;
}

Result<size_t> VerifiedBody::ReadChunk(char* buffer, size_t size) {
  if (chunk_left_ == 0) {
    SAGESPARK_RETURN_IF_ERROR(BeginChunk());
    if (chunk_left_ == 0) return size_t{0};
  }
  const size_t wanted = static_cast<size_t>(std::min<uint64_t>(size, chunk_left_));
  size_t read = std::min(wanted, input_.size() - position_);
  if (read > 0) {
    std::memcpy(buffer, input_.data() + position_, read);
    position_ += read;
  } else {
    SAGESPARK_ASSIGN_OR_RETURN(read, source_(buffer, wanted));
    if (read == 0) return Invalid("IncompleteBody", "The body ends within a chunk");
  }
  if (chunk_hash_) chunk_hash_->Update(std::string_view(buffer, read));
  chunk_left_ -= read;
  if (chunk_left_ == 0) SAGESPARK_RETURN_IF_ERROR(EndChunk());
  return read;
}

Status VerifiedBody::BeginChunk() {
  SAGESPARK_ASSIGN_OR_RETURN(const std::string line, ReadLine());
  const size_t semicolon = line.find(';');
  const std::string_view digits = std::string_view(line).substr(0, semicolon);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), chunk_left_, 16);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) {
    return Invalid("InvalidChunkSizeError", "A chunk size is not a hexadecimal number");
  }
  if (signs_chunks()) {
    constexpr std::string_view kName = "chunk-signature=";
    const std::string_view extension =
        semicolon == line.npos ? std::string_view() : std::string_view(line).substr(semicolon + 1);
    if (!extension.starts_with(kName)) {
      return Error(ErrorKind::kPermissionDenied, "A chunk is not signed", "SignatureDoesNotMatch");
    }
    chunk_signature_ = std::string(extension.substr(kName.size()));
    chunk_hash_.emplace(DigestAlgorithm::kSha256);
  }
  if (chunk_left_ > 0) return Status::Ok();
  if (signs_chunks()) {
    SAGESPARK_RETURN_IF_ERROR(CheckSignature("AWS4-HMAC-SHA256-PAYLOAD",
                                             std::string(kEmptySha256) + "\n" + std::string(kEmptySha256),
                                             chunk_signature_));
  }
  return ReadTrailer();
}

Status VerifiedBody::EndChunk() {
  SAGESPARK_ASSIGN_OR_RETURN(const std::string end, ReadLine());
  if (!end.empty()) return Invalid("InvalidChunkSizeError", "A chunk does not end where its size says");
  if (!signs_chunks()) return Status::Ok();
  return CheckSignature("AWS4-HMAC-SHA256-PAYLOAD",
                        std::string(kEmptySha256) + "\n" + ToHex(chunk_hash_->Finish()), chunk_signature_);
}

Status VerifiedBody::ReadTrailer() {
  std::string canonical;
  std::string signature;
  size_t lines = 0;
  while (true) {
    // Some clients leave out the last, empty line: the end of the body ends the trailer as well.
    if (position_ == input_.size()) {
      SAGESPARK_ASSIGN_OR_RETURN(const size_t more, FillInput());
      if (more == 0) break;
    }
    SAGESPARK_ASSIGN_OR_RETURN(const std::string line, ReadLine());
    if (line.empty()) break;
    if (++lines > kMaxTrailerLines) return Invalid("MalformedTrailerError", "The trailer is too long");
    SAGESPARK_RETURN_IF_ERROR(CheckTrailerLine(line, canonical, signature));
  }
  if (plan_.trailer && !plan_.expected.contains(*plan_.trailer)) {
    return Invalid("MalformedTrailerError", "The trailer that x-amz-trailer announces is missing");
  }
  if (plan_.framing != BodyPlan::Framing::kSignedChunksAndTrailer) return Status::Ok();
  return CheckSignature("AWS4-HMAC-SHA256-TRAILER", Sha256Hex(canonical), signature);
}

Status VerifiedBody::CheckTrailerLine(std::string_view line, std::string& canonical, std::string& signature) {
  const size_t colon = line.find(':');
  if (colon == line.npos) return Invalid("MalformedTrailerError", "A trailer has no colon");
  const std::string name = Lower(line.substr(0, colon));
  std::string_view value = line.substr(colon + 1);
  while (value.starts_with(' ')) value.remove_prefix(1);
  while (value.ends_with(' ')) value.remove_suffix(1);
  if (name == "x-amz-trailer-signature") {
    signature = std::string(value);
    return Status::Ok();
  }
  canonical.append(name).append(":").append(value).append("\n");
  const std::optional<DigestAlgorithm> algorithm = ChecksumOfHeader(name);
  if (!algorithm || algorithm != plan_.trailer) {
    return Invalid("MalformedTrailerError", "A trailer was not announced by x-amz-trailer: " + name);
  }
  SAGESPARK_ASSIGN_OR_RETURN(plan_.expected[*algorithm], DecodeDigest(*algorithm, name, value));
  return Status::Ok();
}

Status VerifiedBody::Finish() {
  if (plan_.decoded_length && total_ != *plan_.decoded_length) {
    return Invalid("IncompleteBody", "The body is shorter than x-amz-decoded-content-length");
  }
  for (auto& [algorithm, digest] : digests_) finished_[algorithm] = digest.Finish();
  if (!plan_.sha256_hex.empty() && ToHex(finished_[DigestAlgorithm::kSha256]) != plan_.sha256_hex) {
    return Invalid("XAmzContentSHA256Mismatch",
                   "The provided 'x-amz-content-sha256' header does not match what was computed.");
  }
  for (const auto& [algorithm, expected] : plan_.expected) {
    if (finished_[algorithm] == expected) continue;
    return Invalid("BadDigest", algorithm == DigestAlgorithm::kMd5
                                    ? "The Content-MD5 you specified did not match what we received."
                                    : "The checksum you specified did not match the calculated checksum.");
  }
  return Status::Ok();
}

Status VerifiedBody::CheckSignature(std::string_view algorithm, std::string_view hashes, std::string_view signature) {
  std::string text(algorithm);
  text.append("\n").append(plan_.time).append("\n").append(plan_.scope).append("\n");
  text.append(previous_signature_).append("\n").append(hashes);
  std::string computed = ToHex(HmacSha256(plan_.signing_key, text));
  if (!ConstantTimeEquals(computed, signature)) {
    return Error(ErrorKind::kPermissionDenied, "The signature of a chunk or trailer does not match what was computed.",
                 "SignatureDoesNotMatch");
  }
  previous_signature_ = std::move(computed);
  return Status::Ok();
}

Result<std::string> VerifiedBody::ReadLine() {
  while (true) {
    const size_t end = input_.find("\r\n", position_);
    if (end != input_.npos) {
      std::string line = input_.substr(position_, end - position_);
      position_ = end + 2;
      return line;
    }
    if (input_.size() - position_ > kMaxLine) return Invalid("InvalidChunkSizeError", "A chunk line is too long");
    SAGESPARK_ASSIGN_OR_RETURN(const size_t read, FillInput());
    if (read == 0) return Invalid("IncompleteBody", "The body ends within a chunk line");
  }
}

Result<size_t> VerifiedBody::FillInput() {
  input_.erase(0, position_);
  position_ = 0;
  const size_t old_size = input_.size();
  input_.resize(old_size + kReadAhead);
  Result<size_t> read = source_(input_.data() + old_size, kReadAhead);
  input_.resize(old_size + (read.ok() ? *read : 0));
  return read;
}

}  // namespace sagespark::aws::sigv4
