#include "sagespark/container/xgboost/score_line.h"

#include <fmt/format.h>

namespace sagespark::container {

std::string ScoreLine(int64_t round, const std::vector<algo::XGBoostScore>& scores) {
  std::string line = fmt::format("[{}]", round);
  for (const algo::XGBoostScore& score : scores) line += fmt::format("#011{}-{}:{:.5f}", score.data, score.metric, score.value);
  return line;
}

}  // namespace sagespark::container
