#pragma once

#include <fstream>
#include <string>
#include <vector>

#include "sagespark/data/batch.h"
#include "sagespark/data/batch_builder.h"

namespace sagespark::bench {

/// MNIST rows ("train" or "t10k") from the raw IDX files in `folder`, as label and features, pixels 0 to 255.
inline Result<data::Batch> ReadMnist(const std::string& folder, const std::string& part, bool sparse) {
  constexpr size_t kPixels = 784;
  std::ifstream images(folder + "/" + part + "-images-idx3-ubyte", std::ios::binary);
  std::ifstream labels(folder + "/" + part + "-labels-idx1-ubyte", std::ios::binary);
  images.seekg(16);
  labels.seekg(8);
  if (!images || !labels) return NotFound("MNIST files do not exist: " + folder);
  const auto schema = std::make_shared<const data::Schema>(std::vector<data::Field>{
      {.name = "label", .type = data::TypeId::kDouble}, {.name = "features", .type = data::TypeId::kVector}});
  SAGESPARK_ASSIGN_OR_RETURN(data::BatchBuilder builder, data::BatchBuilder::Make(schema));
  std::vector<char> pixels(kPixels);
  std::vector<int32_t> indices;
  std::vector<double> values;
  for (char label = 0; images.read(pixels.data(), kPixels) && labels.get(label);) {
    indices.clear();
    values.clear();
    for (size_t i = 0; i < kPixels; ++i) {
      const auto value = static_cast<double>(static_cast<unsigned char>(pixels[i]));
      if (sparse && value == 0) continue;
      indices.push_back(static_cast<int32_t>(i));
      values.push_back(value);
    }
    builder.AppendDouble(0, label);
    if (sparse) {
      builder.AppendSparse(1, kPixels, indices, values);
    } else {
      builder.AppendDense(1, values);
    }
  }
  return builder.Finish();
}

}  // namespace sagespark::bench
