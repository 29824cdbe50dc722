#include "sagespark/base/json/value.h"
#include "sagespark/codec/libsvm.h"
#include "targets.h"

namespace sagespark::fuzz {

void LibSvm(std::string_view bytes) {
  for (const auto layout : {codec::VectorLayout::kSparse, codec::VectorLayout::kDense}) {
    codec::LibSvmReader reader(codec::SourceOf(bytes), {.num_features = 100, .layout = layout, .max_batch_rows = 2});
    while (true) {
      const auto batch = reader.Next();
      if (!batch.ok() || !batch->has_value()) break;
      SAGESPARK_CHECK((*batch)->num_rows() > 0 && (*batch)->num_rows() <= 2);
    }
  }
}

void Json(std::string_view bytes) {
  const auto value = json::Parse(bytes);
  if (!value.ok()) return;
  const auto again = json::Parse(json::Dump(*value));
  SAGESPARK_CHECK(again.ok() && json::Dump(*again) == json::Dump(*value));
}

}  // namespace sagespark::fuzz
