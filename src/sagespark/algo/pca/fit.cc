#include "sagespark/algo/pca/fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "sagespark/linalg/symmetric_eigen.h"

namespace sagespark::algo {
namespace {

using linalg::LowRankScatter;
using linalg::Matrix;
using linalg::ScatterAccumulator;

constexpr uint64_t kSketchStream = 0;  // Of the training job's seed.

/// What both ways of training come to: ascending eigenvalues of the scatter, their vectors as rows, and its trace.
struct Spectrum {
  std::vector<double> mean;
  std::vector<double> eigenvalues;
  Matrix<double> vectors;
  double trace = 0;
};

Result<Spectrum> SpectrumOf(ScatterAccumulator&& accumulator, int64_t count) {
  linalg::Scatter scatter = std::move(accumulator).Finish();
  Spectrum spectrum{.mean = std::move(scatter.mean)};
  for (int64_t i = 0; i < scatter.sums.rows(); ++i) spectrum.trace += scatter.sums(i, i);
  if (!std::isfinite(spectrum.trace)) {
    return CorruptData("Training data has values that are too large, or not finite: their squares have no finite sum");
  }
  SAGESPARK_ASSIGN_OR_RETURN(linalg::EigenPairs pairs, linalg::LargestEigenpairs(std::move(scatter.sums), count));
  spectrum.eigenvalues = std::move(pairs.values);
  spectrum.vectors = std::move(pairs.vectors);
  return spectrum;
}

Result<Spectrum> SpectrumOf(LowRankScatter&& accumulator, int64_t count) {
  SAGESPARK_ASSIGN_OR_RETURN(linalg::LowRankFactor factor, std::move(accumulator).Finish());
  Spectrum spectrum{.mean = std::move(factor.mean), .trace = factor.total};
  const int64_t first = factor.vectors.rows() - count;
  SAGESPARK_CHECK(first >= 0);
  spectrum.vectors = Matrix<double>(count, factor.vectors.cols());
  for (int64_t i = 0; i < count; ++i) {
    const double value = factor.values[static_cast<size_t>(first + i)];
    spectrum.eigenvalues.push_back(value * value);
    std::ranges::copy(factor.vectors.Row(first + i), spectrum.vectors.Row(i).begin());
  }
  return spectrum;
}

double SignOf(std::span<const double> component) {
  const auto largest = std::max_element(component.begin(), component.end(),
                                        [](double a, double b) { return std::abs(a) < std::abs(b); });
  return *largest < 0 ? -1 : 1;
}

PcaFit FitOf(const Spectrum& spectrum, bool subtract_mean, int64_t epochs) {
  const int64_t count = spectrum.vectors.rows();
  PcaFit fit{.model = {.components = Matrix<float>(spectrum.vectors.cols(), count)}};
  double captured = 0;
  for (int64_t i = 0; i < count; ++i) {
    const double eigenvalue = std::max(spectrum.eigenvalues[static_cast<size_t>(i)], 0.0);
    captured += eigenvalue;
    fit.model.singular_values.push_back(static_cast<float>(std::sqrt(eigenvalue / static_cast<double>(epochs))));
    const std::span<const double> vector = spectrum.vectors.Row(i);
    const double sign = SignOf(vector);
    for (int64_t j = 0; j < spectrum.vectors.cols(); ++j) fit.model.components(j, i) = static_cast<float>(sign * vector[j]);
  }
  if (subtract_mean) fit.model.mean.assign(spectrum.mean.begin(), spectrum.mean.end());
  fit.explained_variance_ratio = spectrum.trace > 0 ? std::min(captured / spectrum.trace, 1.0) : 1.0;
  return fit;
}

}  // namespace

Result<PcaTrainer> PcaTrainer::Create(const PcaParams& params, uint64_t seed, ThreadPool& pool) {
  SAGESPARK_RETURN_IF_ERROR(ValidatePcaParams(params));
  if (params.algorithm_mode == PcaMode::kRandomized) {
    return PcaTrainer(params, LowRankScatter(params.feature_dim,
                                             {.rank = params.FactorRows(),
                                              .about_mean = params.subtract_mean,
                                              .seed = seed,
                                              .stream = kSketchStream},
                                             pool));
  }
  const bool is_stable = params.algorithm_mode == PcaMode::kStable;
  return PcaTrainer(params,
                    ScatterAccumulator(params.feature_dim,
                                       {.about_mean = params.subtract_mean,
                                        .products = is_stable ? linalg::Precision::kDouble : linalg::Precision::kSingle},
                                       pool));
}

Status PcaTrainer::Add(const linalg::RowsView& rows) {
  if (linalg::ColumnCount(rows) != params_.feature_dim) {
    return InvalidArgument(fmt::format("Training rows have another length than feature_dim: {}, feature_dim {}",
                                       linalg::ColumnCount(rows), params_.feature_dim));
  }
  rows_seen_ += linalg::RowCount(rows);
  return std::visit(
      [](auto& accumulator, const auto& view) {
        if constexpr (std::is_void_v<decltype(accumulator.Add(view))>) {
          accumulator.Add(view);
          return Status::Ok();
        } else {
          return accumulator.Add(view);
        }
      },
      accumulator_, rows);
}

Status PcaTrainer::EndEpoch() {
  const int64_t rows = rows_seen_ - rows_seen_before_epoch_;
  if (rows == 0) return InvalidArgument("Training data has no rows");
  if (rows < params_.num_components) {
    return InvalidArgument(fmt::format("Training data has too few rows for the components: {} rows, num_components = {}",
                                       rows, params_.num_components));
  }
  rows_seen_before_epoch_ = rows_seen_;
  ++epochs_;
  return Status::Ok();
}

Result<PcaFit> PcaTrainer::Finish() && {
  SAGESPARK_CHECK(epochs_ > 0);
  SAGESPARK_ASSIGN_OR_RETURN(
      const Spectrum spectrum,
      std::visit([this](auto& accumulator) { return SpectrumOf(std::move(accumulator), params_.num_components); },
                 accumulator_));
  return FitOf(spectrum, params_.subtract_mean, epochs_);
}

}  // namespace sagespark::algo
