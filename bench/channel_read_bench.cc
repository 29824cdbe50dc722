// Reading RecordIO channels of the 60,000 MNIST training rows, dense and sparse, as batches of rows, as training does,
// against the limit: a loop that only reads the files through the same buffers. Processor time of all threads, so bytes a
// second and core, by turns; prints the medians as lines of JSON. usage: channel_read_bench MNIST_FOLDER
// FOLDER ROUNDS (the folder receives the two files; about 250 MB)

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "median.h"
#include "mnist_rows.h"
#include "sagespark/codec/training_row_writer.h"
#include "sagespark/container/training/batch_reader.h"
#include "sagespark/container/training/row_decoders.h"

namespace sagespark::bench {
namespace {

constexpr int64_t kPixels = 784;

double Seconds(const std::function<Status()>& work, Status& status) {
  const std::clock_t start = std::clock();
  status = work();
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

Status WriteFile(io::FileSystem& files, const std::string& mnist, const std::string& path, bool sparse) {
  SAGESPARK_ASSIGN_OR_RETURN(const data::Batch batch, ReadMnist(mnist, "train", sparse));
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
                                {.rows = {.layout = container::RowLayout::kAsRead, .num_columns = kPixels},
                                 .make_decoder = container::MakeRecordIoRowDecoder, .cancellation = {}});
  int64_t rows = 0;
  while (true) {
    SAGESPARK_ASSIGN_OR_RETURN(const codec::RowBlock* const batch, reader.Next());
    if (batch == nullptr) break;
    rows += batch->num_rows();
  }
  return rows == 60'000 ? Status::Ok() : CorruptData("Rows are missing");
}

Status Compare(io::FileSystem& files, const std::string& mnist, const std::string& folder, bool sparse, int rounds) {
  const std::string name = sparse ? "sparse" : "dense";
  const std::string path = folder + "/" + name;
  SAGESPARK_RETURN_IF_ERROR(WriteFile(files, mnist, path, sparse));
  std::vector<double> bare;
  std::vector<double> ours;
  for (int round = 0; round < rounds; ++round) {  // By turns, so that other work on the machine slows both.
    Status status;
    bare.push_back(Seconds([&] { return ReadBytes(files, path); }, status));
    SAGESPARK_RETURN_IF_ERROR(std::move(status));
    ours.push_back(Seconds([&] { return ReadRows(files, path); }, status));
    SAGESPARK_RETURN_IF_ERROR(std::move(status));
  }
  std::printf("{\"rows\": \"%s\", \"bytes\": %ju, \"load_seconds\": %.6f, \"read_seconds\": %.6f}\n", name.c_str(),
              std::filesystem::file_size(path), Median(ours), Median(bare));
  return Status::Ok();
}

}  // namespace
}  // namespace sagespark::bench

int main(int argc, char** argv) {
  if (argc != 4) return 64;
  const auto files = sagespark::io::MakeLocalFileSystem();
  for (const bool sparse : {false, true}) {
    const auto status = sagespark::bench::Compare(*files, argv[1], argv[2], sparse, std::max(1, std::atoi(argv[3])));
    if (status.ok()) continue;
    std::fprintf(stderr, "%s\n", status.error().message().c_str());
    return 1;
  }
  return 0;
}
