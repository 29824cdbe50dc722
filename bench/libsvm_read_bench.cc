// Reads a LibSVM file of 784 features, from the file on, and prints the best processor time of some runs in seconds. With a
// second argument, a folder of MNIST's IDX files, writes the file first. bench/libsvm_bench.py prints the ratio.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "mnist_rows.h"
#include "sagespark/codec/libsvm.h"
#include "sagespark/codec/training_row_writer.h"

namespace sagespark::bench {
namespace {

Status WriteMnist(const std::string& folder, const std::string& path) {
  SAGESPARK_ASSIGN_OR_RETURN(const data::Batch batch, ReadMnist(folder, "train", true));
  std::string text;
  SAGESPARK_RETURN_IF_ERROR(codec::MakeLibSvmTrainingRowWriter({})->Append(batch, 0, batch.num_rows(), text));
  std::ofstream(path, std::ios::binary) << text;
  return Status::Ok();
}

Result<int64_t> CountRows(const char* path) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return NotFound(std::string("File does not exist: ") + path);
  codec::LibSvmReader reader(
      [fd](std::span<char> buffer) -> Result<size_t> {
        return static_cast<size_t>(std::max<ssize_t>(0, read(fd, buffer.data(), buffer.size())));
      },
      {.num_features = 784, .file = path});
  int64_t rows = 0;
  while (true) {
    SAGESPARK_ASSIGN_OR_RETURN(const auto batch, reader.Next());
    if (!batch.has_value()) break;
    rows += batch->num_rows();
  }
  close(fd);
  return rows;
}

int Main(int argc, char** argv) {
  if (argc < 2) return 2;
  if (argc > 2 && !WriteMnist(argv[2], argv[1]).ok()) return 1;
  double best = 1e9;
  for (int run = 0; run < 5; ++run) {
    const std::clock_t start = std::clock();
    const auto rows = CountRows(argv[1]);
    if (!rows.ok() || *rows == 0) return 1;
    best = std::min(best, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  std::printf("%.6f\n", best);
  return 0;
}

}  // namespace
}  // namespace sagespark::bench

int main(int argc, char** argv) { return sagespark::bench::Main(argc, argv); }
