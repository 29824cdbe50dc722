// Encoding the 60,000 MNIST training rows as RecordIO frames of Record messages, against the limit: a bare loop that
// converts the same numbers to float and stores them. One core, processor time, by turns; prints the medians as a line of JSON
// for dense and one for sparse rows. usage: record_encode_bench MNIST_FOLDER ROUNDS

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "median.h"
#include "mnist_rows.h"
#include "sagespark/codec/convert.h"
#include "sagespark/codec/training_row_writer.h"
#include "sagespark/data/vector_column.h"

namespace sagespark::bench {
namespace {

double Seconds(const std::function<void()>& work) {
  const std::clock_t start = std::clock();
  work();
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

/// Converts and stores what a row's message holds: its numbers as float and, of sparse rows, its indices as they are.
size_t ConvertAndStore(const data::VectorColumn& features, char* out) {
  const char* start = out;
  for (int64_t row = 0; row < features.num_rows(); ++row) {
    const data::VectorRow vector = features[row];
    codec::ConvertToFloat(vector.values.data(), vector.values.size(), out);
    out += vector.values.size() * sizeof(float);
    for (const int32_t index : vector.indices) {
      const auto key = static_cast<uint16_t>(index);
      std::memcpy(out, &key, sizeof(key));
      out += sizeof(key);
    }
  }
  return static_cast<size_t>(out - start);
}

int Compare(const char* name, const data::Batch& batch, int rounds) {
  const auto features = data::VectorColumn::Of(batch, "features", "Features");
  if (!features.ok()) return 1;
  std::string out;
  const auto encode = [&] {
    out.clear();
    const auto writer = codec::MakeProtobufTrainingRowWriter({});
    if (!writer->Append(batch, 0, batch.num_rows(), out).ok()) std::abort();
  };
  encode();  // Makes room, as for the loop.
  std::vector<char> stored(out.size());
  size_t stored_size = 0;
  std::vector<double> loop;
  std::vector<double> encoder;
  for (int round = 0; round < rounds; ++round) {  // By turns, so that other work on the machine slows both.
    loop.push_back(Seconds([&] { stored_size = ConvertAndStore(*features, stored.data()); }));
    encoder.push_back(Seconds(encode));
  }
  std::printf("{\"rows\": \"%s\", \"encoder_bytes\": %zu, \"encoder_seconds\": %.6f, \"loop_bytes\": %zu, \"loop_seconds\": %.6f}\n",
              name, out.size(), Median(encoder), stored_size, Median(loop));
  return 0;
}

int Main(int argc, char** argv) {
  if (argc != 3) return 64;
  const std::string folder = argv[1];
  const int rounds = std::max(1, std::atoi(argv[2]));
  for (const bool sparse : {false, true}) {
    const auto batch = ReadMnist(folder, "train", sparse);
    if (!batch.ok()) {
      std::fprintf(stderr, "%s\n", batch.error().message().c_str());
      return 1;
    }
    if (Compare(sparse ? "sparse" : "dense", *batch, rounds) != 0) return 1;
  }
  return 0;
}

}  // namespace
}  // namespace sagespark::bench

int main(int argc, char** argv) { return sagespark::bench::Main(argc, argv); }
