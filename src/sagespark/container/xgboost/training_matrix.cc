#include "sagespark/container/xgboost/training_matrix.h"

#include "sagespark/algo/xgboost/labels.h"
#include "sagespark/base/thread_pool.h"
#include "sagespark/container/xgboost/channel_rows.h"

namespace sagespark::container {
namespace {

Result<algo::XGBoostRows> ReadLabeledRows(TrainingContext& context, const algo::XGBoostParams& params, std::string_view name) {
  SAGESPARK_ASSIGN_OR_RETURN(const Channel channel, context.OpenChannel(name));
  SAGESPARK_ASSIGN_OR_RETURN(algo::XGBoostRows rows, ReadChannelRows(context, channel, params.csv_weights));
  const Status labels = CheckXGBoostLabels(params, rows.labels);
  if (!labels.ok()) return labels.error().WithContext("Channel \"" + std::string(name) + "\"");
  return rows;
}

}  // namespace

Result<algo::XGBoostMatrix> ReadTrainingMatrix(TrainingContext& context, const algo::XGBoostParams& params,
                                               std::span<const std::string_view> channels) {
  SAGESPARK_ASSIGN_OR_RETURN(algo::XGBoostRows rows, ReadLabeledRows(context, params, channels[0]));
  for (const std::string_view channel : channels.subspan(1)) {
    SAGESPARK_ASSIGN_OR_RETURN(const algo::XGBoostRows more, ReadLabeledRows(context, params, channel));
    const Status appended = AppendRows(rows, more);
    if (!appended.ok()) return appended.error().WithContext("Channel \"" + std::string(channel) + "\"");
  }
  SAGESPARK_ASSIGN_OR_RETURN(algo::XGBoostMatrix matrix, algo::XGBoostMatrix::Create(rows, TrainingThreads(params)));
  if (params.objective == "survival:aft") SAGESPARK_RETURN_IF_ERROR(matrix.SetSurvivalTimes(rows.labels));
  return matrix;
}

int TrainingThreads(const algo::XGBoostParams& params) {
  for (const auto& [name, value] : params.booster_parameters) {
    if (name == "nthread") return std::stoi(value);
  }
  return ThreadPool::AvailableProcessors();
}

}  // namespace sagespark::container
