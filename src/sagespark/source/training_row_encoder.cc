#include "sagespark/source/training_row_encoder.h"

#include <utility>

namespace sagespark::source {
namespace {

class TrainingRowEncoder final : public RowEncoder {
 public:
  explicit TrainingRowEncoder(std::unique_ptr<codec::TrainingRowWriter> writer) : writer_(std::move(writer)) {}

  Status Append(const data::Batch& batch, std::string& out) override {
    return writer_->Append(batch, 0, batch.num_rows(), out);
  }

 private:
  std::unique_ptr<codec::TrainingRowWriter> writer_;
};

}  // namespace

std::unique_ptr<RowEncoder> MakeTrainingRowEncoder(std::unique_ptr<codec::TrainingRowWriter> writer) {
  return std::make_unique<TrainingRowEncoder>(std::move(writer));
}

}  // namespace sagespark::source
