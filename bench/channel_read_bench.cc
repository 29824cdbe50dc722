// Reading RecordIO channels of the 60,000 MNIST training rows, dense and sparse, as batches of rows, as training does,
// against the limit: a loop that only reads the files through the same buffers. Processor time of all threads, so bytes a
// second and core. usage: channel_read_bench FOLDER   (receives the two files; about 250 MB)

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "mnist_rows.h"
#include "sagespark/codec/training_row_writer.h"
#include "sagespark/container/training/batch_reader.h"
#include "sagespark/container/training/row_decoders.h"

namespace sagespark::bench {
namespace {

constexpr int kRuns = 7;
constexpr int64_t kPixels = 784;
constexpr double kLimit = 1e9;  // Bytes a second and core, of dense rows.

double Seconds(const std::function<Status()>& work, Status& status) {
  const std::clock_t start = std::clock();
  status = work();
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

Status WriteFile(io::FileSystem& files, const std::string& path, bool sparse) {
  SAGESPARK_ASSIGN_OR_RETURN(const data::Batch batch, ReadMnist(SAGESPARK_MNIST_DIR, "train", sparse));
  std::string bytes;
  SAGESPARK_RETURN_IF_ERROR(codec::MakeProtobufTrainingRowWriter({})->Append(batch, 0, batch.num_rows(), bytes));
  SAGESPARK_ASSIGN_OR_RETURN(const auto out, files.Create({.scheme = "file", .authority = {}, .path = path}));
  SAGESPARK_RETURN_IF_ERROR(out->Write(bytes));
  return out->Close();
}

Status ReadBytes(io::FileSystem& files, const std::string& path) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto stream, files.Open({.scheme = "file", .authority = {}, .path = path}));
  std::vector<char> buffer(1 << 20);
  while (true) {
    SAGESPARK_ASSIGN_OR_RETURN(const size_t count, stream->Read(buffer));
    if (count == 0) return Status::Ok();
  }
}

Status ReadRows(io::FileSystem& files, const std::string& path) {
  container::BatchReader reader(files, {path},
                                {.feature_dim = kPixels, .make_decoder = container::MakeRecordIoRowDecoder, .cancellation = {}});
  int64_t rows = 0;
  while (true) {
    SAGESPARK_ASSIGN_OR_RETURN(const container::RowBatch* const batch, reader.Next());
    if (batch == nullptr) break;
    rows += batch->rows;
  }
  return rows == 60'000 ? Status::Ok() : CorruptData("Rows are missing");
}

Result<bool> Compare(io::FileSystem& files, const std::string& path, bool sparse) {
  SAGESPARK_RETURN_IF_ERROR(WriteFile(files, path, sparse));
  double bare = 1e9;
  double ours = 1e9;
  for (int run = 0; run < kRuns; ++run) {  // By turns, so that other work on the machine slows both.
    Status status;
    bare = std::min(bare, Seconds([&] { return ReadBytes(files, path); }, status));
    SAGESPARK_RETURN_IF_ERROR(std::move(status));
    ours = std::min(ours, Seconds([&] { return ReadRows(files, path); }, status));
    SAGESPARK_RETURN_IF_ERROR(std::move(status));
  }
  const auto bytes = static_cast<double>(std::filesystem::file_size(path));
  const bool reached = sparse || bytes / ours >= kLimit;
  std::printf("%s rows: %.2f GB/s a core, bare read %.2f GB/s, ratio %.2f%s\n", sparse ? "sparse" : "dense",
              bytes / ours / 1e9, bytes / bare / 1e9, bare / ours, reached ? "" : " (limit 1 GB/s MISSED)");
  return reached;
}

}  // namespace
}  // namespace sagespark::bench

int main(int argc, char** argv) {
  if (argc != 2) return 64;
  const auto files = sagespark::io::MakeLocalFileSystem();
  bool all_reached = true;
  for (const bool sparse : {false, true}) {
    const auto reached =
        sagespark::bench::Compare(*files, std::string(argv[1]) + (sparse ? "/sparse" : "/dense"), sparse);
    if (!reached.ok()) std::fprintf(stderr, "%s\n", reached.error().message().c_str());
    all_reached = all_reached && reached.ok() && *reached;
  }
  return all_reached ? 0 : 1;
}
