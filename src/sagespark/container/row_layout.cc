#include "sagespark/container/row_layout.h"

#include <span>

namespace sagespark::container {

linalg::RowsView ViewOf(const codec::RowBlock& block) {
  if (block.layout() == RowLayout::kDense) {
    return linalg::MatrixView<const float>(block.values().data(), block.num_rows(), block.num_columns());
  }
  return linalg::SparseRowsView{.cols = block.num_columns(),
                                .row_ends = std::span(block.row_offsets()).subspan(1),
                                .indices = block.columns(),
                                .values = block.values()};
}

}  // namespace sagespark::container
