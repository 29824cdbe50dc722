#include "sagespark/algo/xgboost/artifact.h"

namespace sagespark::algo {
namespace {

Error NoModel(const std::string& file, std::string_view why) {
  return CorruptData("Model file is no XGBoost model: " + file + " " + std::string(why));
}

constexpr std::string_view kHint = "; save it with Booster.save_model of the Python package and pack that file";

bool LooksLikePickle(std::string_view bytes) {
  // Protocols 2 to 5 begin with the opcode PROTO; protocol 0 with GLOBAL or MARK.
  if (bytes.size() > 2 && bytes[0] == '\x80' && bytes[1] >= 2 && bytes[1] <= 5) return true;
  return bytes.starts_with("ccopy_reg\n") || bytes.starts_with("cxgboost") || bytes.starts_with("(ixgboost");
}

}  // namespace

Result<XGBoostBooster> DecodeXGBoostModel(std::string_view bytes, const std::string& file) {
  if (bytes.empty()) return NoModel(file, "is empty");
  if (LooksLikePickle(bytes)) return NoModel(file, "is a Python pickle, which is not run here" + std::string(kHint));
  if (bytes.starts_with("PK\x03\x04")) return NoModel(file, "is a zip, as linear learner and factorization machines write");
  if (bytes.starts_with("binf") || bytes.starts_with("bs64")) {
    return NoModel(file, "has the binary format of before XGBoost 1.0, which XGBoost 3 cannot read" + std::string(kHint));
  }
  if (bytes[0] != '{') return NoModel(file, "has another format");
  auto booster = XGBoostBooster::Load(bytes);
  if (!booster.ok()) return NoModel(file, "cannot be read or is cut off (" + booster.error().message() + ")");
  return booster;
}

}  // namespace sagespark::algo
