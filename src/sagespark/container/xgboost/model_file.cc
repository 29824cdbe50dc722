#include "sagespark/container/xgboost/model_file.h"

#include <fstream>
#include <sstream>

#include "sagespark/algo/xgboost/artifact.h"

namespace sagespark::container {

Result<algo::XGBoostBooster> LoadXGBoostModelFile(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream bytes;
  bytes << stream.rdbuf();
  if (!stream) return NotFound("Model file cannot be read: " + file.string());
  return algo::DecodeXGBoostModel(bytes.view(), file.string());
}

}  // namespace sagespark::container
