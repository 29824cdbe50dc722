#include "sagespark/linalg/row_blocks.h"

#include <numeric>
#include <vector>

#include "sagespark/testing/matchers.h"

namespace sagespark::linalg {
namespace {

using Blocks = std::vector<std::vector<float>>;

RowBlocks::Take Into(Blocks& blocks) {
  return [&blocks](MatrixView<const float> block) {
    std::vector<float>& values = blocks.emplace_back();
    for (int64_t row = 0; row < block.rows(); ++row) {
      values.insert(values.end(), block.Row(row).begin(), block.Row(row).end());
    }
  };
}

TEST(RowBlocksTest, CutsRowsInBlocksWhateverPiecesTheyComeIn) {
  std::vector<float> values(14);
  std::iota(values.begin(), values.end(), 0.0F);
  const MatrixView<const float> rows(values.data(), 7, 2);
  const Blocks expected = {{0, 1, 2, 3, 4, 5}, {6, 7, 8, 9, 10, 11}, {12, 13}};
  for (const int64_t piece : {1, 2, 3, 4, 7}) {
    SCOPED_TRACE(piece);
    Blocks blocks;
    RowBlocks cutter(2, 3);
    for (int64_t row = 0; row < 7; row += piece) cutter.Add(rows.Rows(row, std::min(piece, 7 - row)), Into(blocks));
    EXPECT_EQ(blocks.size(), 2);
    cutter.Flush(Into(blocks));
    EXPECT_EQ(blocks, expected);
    cutter.Flush(Into(blocks));
    EXPECT_EQ(blocks.size(), 3);
  }
}

TEST(RowBlocksTest, SpreadsSparseRowsOutBesideDenseOnes) {
  const std::vector<int64_t> ends = {1, 1, 3};
  const std::vector<int32_t> indices = {2, 0, 1};
  const std::vector<float> values = {5, 6, 7};
  const std::vector<float> dense = {1, 2, 3};
  Blocks blocks;
  RowBlocks cutter(3, 2);
  cutter.Add(SparseRowsView{.cols = 3, .row_ends = ends, .indices = indices, .values = values}, Into(blocks));
  cutter.Add(MatrixView<const float>(dense.data(), 1, 3), Into(blocks));
  EXPECT_EQ(blocks, (Blocks{{0, 0, 5, 0, 0, 0}, {6, 7, 0, 1, 2, 3}}));
}

}  // namespace
}  // namespace sagespark::linalg
