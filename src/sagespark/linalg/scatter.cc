#include "sagespark/linalg/scatter.h"

#include <cblas.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "sagespark/base/multiversion.h"
#include "sagespark/base/result.h"
#include "sagespark/linalg/blas_threads.h"
#include "sagespark/linalg/gemm.h"

namespace sagespark::linalg {
namespace {

constexpr int64_t kBlockRows = 1024;
// Columns of a panel. A tile of two panels is one thread's task: wide enough that OpenBLAS packs little for much work, and two
// panels or more, so that two threads are kept busy. Fixed by the number of columns, so that all numbers of threads compute the
// same tiles.
constexpr int64_t kMostPanelColumns = 400;
constexpr int64_t kLeastSharedColumns = 128;
constexpr int64_t kColumnGranule = 16;

int64_t DivideUp(int64_t a, int64_t b) { return (a + b - 1) / b; }

int64_t PanelWidth(int64_t cols) {
  const int64_t panels = std::max<int64_t>(DivideUp(cols, kMostPanelColumns), cols >= kLeastSharedColumns ? 2 : 1);
  const int64_t even = DivideUp(cols, panels);
  return DivideUp(even, kColumnGranule) * kColumnGranule;
}

// The lower triangle of tile = a^T a.
void Gram(const float* a, int64_t rows, int64_t cols, float* tile) {
  scipy_cblas_ssyrk(CblasRowMajor, CblasLower, CblasTrans, static_cast<int>(cols), static_cast<int>(rows), 1, a,
                    static_cast<int>(cols), 0, tile, static_cast<int>(cols));
}

void Gram(const double* a, int64_t rows, int64_t cols, double* tile) {
  scipy_cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, static_cast<int>(cols), static_cast<int>(rows), 1, a,
                    static_cast<int>(cols), 0, tile, static_cast<int>(cols));
}

SAGESPARK_MULTIVERSION void AddRow(const float* __restrict row, int64_t cols, double* __restrict sums) {
  for (int64_t i = 0; i < cols; ++i) sums[i] += static_cast<double>(row[i]);
}

SAGESPARK_MULTIVERSION void CenterRow(const float* __restrict row, const float* __restrict center, float scale,
                                      int64_t cols, float* __restrict out) {
  for (int64_t i = 0; i < cols; ++i) out[i] = (row[i] - center[i]) * scale;
}

SAGESPARK_MULTIVERSION void CenterRow(const float* __restrict row, const double* __restrict center, double scale,
                                      int64_t cols, double* __restrict out) {
  for (int64_t i = 0; i < cols; ++i) out[i] = (static_cast<double>(row[i]) - center[i]) * scale;
}

template <typename T>
struct TileRow {
  const T* products;
  const double* steps;
  const double* residuals;
  double step;
  double residual;
};

// sums[i] += products[i] + step * steps[i] - residual * residuals[i]. Two functions, because target clones are no templates.
SAGESPARK_MULTIVERSION void AddTileRow(const TileRow<float>& row, int64_t cols, double* __restrict sums) {
  const float* __restrict products = row.products;
  const double* __restrict steps = row.steps;
  const double* __restrict residuals = row.residuals;
  for (int64_t i = 0; i < cols; ++i) {
    sums[i] += static_cast<double>(products[i]) + row.step * steps[i] - row.residual * residuals[i];
  }
}

SAGESPARK_MULTIVERSION void AddTileRow(const TileRow<double>& row, int64_t cols, double* __restrict sums) {
  const double* __restrict products = row.products;
  const double* __restrict steps = row.steps;
  const double* __restrict residuals = row.residuals;
  for (int64_t i = 0; i < cols; ++i) sums[i] += products[i] + row.step * steps[i] - row.residual * residuals[i];
}

}  // namespace

ScatterAccumulator::ScatterAccumulator(int64_t cols, Options options, ThreadPool& pool)
    : cols_(cols),
      options_(options),
      pool_(&pool),
      panel_width_(PanelWidth(cols)),
      panels_(DivideUp(cols, panel_width_)),
      blocks_(cols, kBlockRows),
      mean_(cols),
      sums_(cols, cols),
      block_mean_(cols),
      residuals_(cols),
      steps_(cols) {}

void ScatterAccumulator::Add(MatrixView<const float> rows) {
  blocks_.Add(rows, [this](MatrixView<const float> block) { AddBlock(block); });
}

void ScatterAccumulator::Add(const SparseRowsView& rows) {
  blocks_.Add(rows, [this](MatrixView<const float> block) { AddBlock(block); });
}

Scatter ScatterAccumulator::Finish() && {
  blocks_.Flush([this](MatrixView<const float> block) { AddBlock(block); });
  if (scale_ != 0) {
    const double unscale = 1 / (scale_ * scale_);
    for (int64_t row = 0; row < cols_; ++row) {
      for (double& value : sums_.Row(row).first(row + 1)) value *= unscale;
    }
  }
  return {.rows = rows_, .mean = std::move(mean_), .sums = std::move(sums_)};
}

int64_t ScatterAccumulator::WidthOf(int64_t panel) const { return std::min(panel_width_, cols_ - FirstOf(panel)); }

void ScatterAccumulator::AddBlock(MatrixView<const float> block) {
  UseOneBlasThread();
  if (scale_ == 0) ChooseScale(block);
  if (options_.products == Precision::kSingle) {
    AddBlockAs(block, panels_single_);
  } else {
    AddBlockAs(block, panels_double_);
  }
}

// Squares of float32 values overflow and vanish in float32; of values about 1, they do not.
void ScatterAccumulator::ChooseScale(MatrixView<const float> block) {
  float largest = 0;
  for (int64_t row = 0; row < block.rows(); ++row) {
    for (const float value : block.Row(row)) largest = std::max(largest, std::abs(value));
  }
  // Both the factor and its use are exact, and stay so for the smallest and the largest floats.
  if (largest > 0) scale_ = std::ldexp(1.0, std::clamp(-std::ilogb(largest), -120, 120));
}

template <typename T>
void ScatterAccumulator::AddBlockAs(MatrixView<const float> block, std::vector<T>& panels) {
  panels.resize(block.rows() * cols_);
  pool_->ParallelFor(panels_, [&](int64_t panel) {
    CenterPanel(block, panel, panels.data() + block.rows() * FirstOf(panel));
  });
  pool_->ParallelFor(panels_ * (panels_ + 1) / 2, [&](int64_t tile) { AddTile(block.rows(), tile, panels.data()); });
  rows_ += block.rows();
  if (!options_.about_mean) return;
  const double share = static_cast<double>(block.rows()) / static_cast<double>(rows_);
  for (int64_t col = 0; col < cols_; ++col) mean_[col] += share * (block_mean_[col] - mean_[col]);
}

/// Writes one panel of the block, centered and scaled, without gaps.
template <typename T>
void ScatterAccumulator::CenterPanel(MatrixView<const float> block, int64_t panel, T* out) {
  const int64_t first = FirstOf(panel);
  const int64_t width = WidthOf(panel);
  T center[kMostPanelColumns + kColumnGranule] = {};
  if (options_.about_mean) {
    double* const mean = block_mean_.data() + first;
    std::fill_n(mean, width, 0.0);
    for (int64_t row = 0; row < block.rows(); ++row) AddRow(block.Row(row).data() + first, width, mean);
    for (int64_t i = 0; i < width; ++i) {
      mean[i] /= static_cast<double>(block.rows());
      center[i] = static_cast<T>(mean[i]);
      residuals_[first + i] = (mean[i] - static_cast<double>(center[i])) * scale_;
      steps_[first + i] = (mean[i] - mean_[first + i]) * scale_;
    }
  }
  for (int64_t row = 0; row < block.rows(); ++row) {
    CenterRow(block.Row(row).data() + first, center, static_cast<T>(scale_), width, out + row * width);
  }
}

/// Adds the products of two panels' columns to the scatter, and what merging by means adds and the rounded center took away.
template <typename T>
void ScatterAccumulator::AddTile(int64_t block_rows, int64_t tile, const T* panels) {
  int64_t left = 0;  // Tiles are numbered row by row through the lower triangle.
  while ((left + 1) * (left + 2) / 2 <= tile) ++left;
  const int64_t right = tile - left * (left + 1) / 2;
  const int64_t left_width = WidthOf(left);
  const int64_t right_width = WidthOf(right);
  const T* const left_panel = panels + block_rows * FirstOf(left);
  const T* const right_panel = panels + block_rows * FirstOf(right);
  thread_local std::vector<T> products;
  products.resize(panel_width_ * panel_width_);
  if (left == right) {
    Gram(left_panel, block_rows, left_width, products.data());
  } else {
    MultiplyFirstTransposed(MatrixView<const T>(left_panel, block_rows, left_width),
                            MatrixView<const T>(right_panel, block_rows, right_width),
                            MatrixView<T>(products.data(), left_width, right_width));
  }
  const double own = static_cast<double>(rows_);
  const double more = static_cast<double>(block_rows);
  const double step_weight = own * more / (own + more);
  for (int64_t i = 0; i < left_width; ++i) {
    const int64_t row = FirstOf(left) + i;
    AddTileRow(TileRow<T>{.products = products.data() + i * right_width,
                          .steps = steps_.data() + FirstOf(right),
                          .residuals = residuals_.data() + FirstOf(right),
                          .step = step_weight * steps_[row],
                          .residual = more * residuals_[row]},
               left == right ? i + 1 : right_width, sums_.Row(row).data() + FirstOf(right));
  }
}

}  // namespace sagespark::linalg
