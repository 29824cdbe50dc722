#include "sagespark/container/linear_learner/linear_learner_channels.h"

#include <fmt/format.h>

#include "sagespark/container/row_layout.h"

namespace sagespark::container {

Result<bool> LinearLearnerChannels::Pass(const std::string& channel, const TakeBatch& take) {
  SAGESPARK_ASSIGN_OR_RETURN(const Channel opened, context_.OpenChannel(channel));
  SAGESPARK_ASSIGN_OR_RETURN(const auto reader, context_.Read(opened, passes_[channel]++,
                                                              {.feature_dim = feature_dim_,
                                                               .batch_rows = batch_rows_,
                                                               .layout = RowLayout::kAsRead,
                                                               .labels = LabelRule::kRequired}));
  for (bool first = true;; first = false) {
    SAGESPARK_RETURN_IF_ERROR(context_.cancellation().Check());
    SAGESPARK_ASSIGN_OR_RETURN(const codec::RowBlock* const batch, reader->Next());
    if (batch == nullptr) {
      if (first) return InvalidArgument(fmt::format("Channel has no rows: \"{}\"", channel));
      return true;
    }
    feature_dim_ = batch->num_columns();
    const auto goes_on = take(ViewOf(*batch), batch->labels());
    if (!goes_on.ok()) return goes_on.error().WithContext(fmt::format("Channel \"{}\"", channel));
    if (!*goes_on) return false;
  }
}

}  // namespace sagespark::container
