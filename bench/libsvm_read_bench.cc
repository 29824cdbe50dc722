// Reads a LibSVM file of 784 features, from the file on, and prints the processor time in seconds; or writes MNIST as one.
// bench/libsvm_read.py prints the ratio. usage: libsvm_read_bench read FILE | write FILE MNIST_FOLDER

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

int Main(const std::vector<std::string>& arguments) {
  if (arguments.size() == 3 && arguments[0] == "write") return WriteMnist(arguments[2], arguments[1]).ok() ? 0 : 1;
  if (arguments.size() != 2 || arguments[0] != "read") return 64;
  const std::clock_t start = std::clock();
  const auto rows = CountRows(arguments[1].c_str());
  if (!rows.ok() || *rows == 0) return 1;
  std::printf("%.6f\n", static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  return 0;
}

}  // namespace
}  // namespace sagespark::bench

int main(int argc, char** argv) { return sagespark::bench::Main({argv + 1, argv + argc}); }
