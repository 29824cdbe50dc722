#include "sagespark/algo/xgboost/booster.h"

#include <fmt/format.h>
#include <xgboost/c_api.h>

#include <cmath>
#include <cstdlib>
#include <limits>

namespace sagespark::algo {
namespace {

/// XGBoost's message without its time, source line and stack trace.
std::string_view FirstSentence(std::string_view message) {
  message = message.substr(0, message.find("\nStack trace:"));
  if (message.starts_with('[')) message.remove_prefix(std::min(message.find("] "), message.size() - 2) + 2);
  if (const size_t source = message.find(".cc:"); source != std::string_view::npos) {
    if (const size_t end = message.find(": ", source); end != std::string_view::npos) message.remove_prefix(end + 2);
  }
  const size_t first = message.find_first_not_of(" \n");
  const size_t last = message.find_last_not_of(" \n");
  return first == std::string_view::npos ? std::string_view() : message.substr(first, last - first + 1);
}

/// The same on one line.
std::string Readable(std::string_view message) {
  std::string text(FirstSentence(message));
  for (char& c : text) {
    if (c == '\n') c = ' ';
  }
  return text;
}

Status Check(int code, ErrorKind kind = ErrorKind::kInvalidArgument) {
  if (code == 0) return Status::Ok();
  return Error(kind, "XGBoost: " + Readable(XGBGetLastError()));
}

/// The description of an array that XGBoost reads in place.
template <typename T>
std::string ArrayInterface(const std::vector<T>& values, std::string_view type, std::string_view shape) {
  // An address is needed for no values too.
  static const T nothing{};
  const void* data = values.empty() ? &nothing : values.data();
  return fmt::format(R"({{"data":[{},true],"shape":[{}],"typestr":"{}","version":3}})",
                     reinterpret_cast<uintptr_t>(data), shape, type);
}

template <typename T>
std::string ArrayInterface(const std::vector<T>& values, std::string_view type) {
  return ArrayInterface(values, type, fmt::to_string(values.size()));
}

std::string DenseInterface(const XGBoostRows& rows) {
  return ArrayInterface(rows.values, "<f4", fmt::format("{},{}", rows.num_rows, rows.num_columns));
}

std::shared_ptr<void> OwnMatrix(DMatrixHandle handle) {
  return {handle, [](void* matrix) { XGDMatrixFree(matrix); }};
}

std::shared_ptr<void> OwnBooster(BoosterHandle handle) {
  return {handle, [](void* booster) { XGBoosterFree(booster); }};
}

XGBoostPredictions CopyPredictions(const bst_ulong* shape, bst_ulong dimensions, const float* values) {
  XGBoostPredictions predictions;
  size_t count = dimensions == 0 ? 0 : 1;
  for (bst_ulong i = 0; i < dimensions; ++i) count *= shape[i];
  predictions.num_rows = dimensions == 0 ? 0 : static_cast<int64_t>(shape[0]);
  if (predictions.num_rows > 0) predictions.width = static_cast<int64_t>(count) / predictions.num_rows;
  predictions.values.assign(values, values + count);
  return predictions;
}

thread_local XGBoostMessages::Sink message_sink;

}  // namespace

Result<XGBoostMatrix> XGBoostMatrix::Create(const XGBoostRows& rows, int threads) {
  const std::string config = fmt::format(R"({{"missing":NaN,"nthread":{}}})", threads);
  DMatrixHandle handle = nullptr;
  if (rows.is_sparse) {
    SAGESPARK_RETURN_IF_ERROR(Check(XGDMatrixCreateFromCSR(
        ArrayInterface(rows.row_offsets, "<i8").c_str(), ArrayInterface(rows.columns, "<i4").c_str(),
        ArrayInterface(rows.values, "<f4").c_str(), static_cast<bst_ulong>(rows.num_columns), config.c_str(), &handle)));
  } else {
    SAGESPARK_RETURN_IF_ERROR(Check(XGDMatrixCreateFromDense(DenseInterface(rows).c_str(), config.c_str(), &handle)));
  }
  XGBoostMatrix matrix(OwnMatrix(handle), rows.num_rows, rows.num_columns);
  if (!rows.labels.empty()) {
    SAGESPARK_RETURN_IF_ERROR(Check(XGDMatrixSetFloatInfo(handle, "label", rows.labels.data(), rows.labels.size())));
  }
  if (!rows.weights.empty()) {
    SAGESPARK_RETURN_IF_ERROR(Check(XGDMatrixSetFloatInfo(handle, "weight", rows.weights.data(), rows.weights.size())));
  }
  if (!rows.query_ids.empty()) {
    SAGESPARK_RETURN_IF_ERROR(
        Check(XGDMatrixSetInfoFromInterface(handle, "qid", ArrayInterface(rows.query_ids, "<u4").c_str())));
  }
  return matrix;
}

Result<std::vector<float>> XGBoostMatrix::Labels() const {
  bst_ulong count = 0;
  const float* labels = nullptr;
  SAGESPARK_RETURN_IF_ERROR(Check(XGDMatrixGetFloatInfo(handle_.get(), "label", &count, &labels)));
  return std::vector<float>(labels, labels + count);
}

Status XGBoostMatrix::SetSurvivalTimes(const std::vector<float>& labels) {
  std::vector<float> lower(labels.size());
  std::vector<float> upper(labels.size());
  for (size_t row = 0; row < labels.size(); ++row) {
    lower[row] = std::abs(labels[row]);
    upper[row] = labels[row] < 0 ? std::numeric_limits<float>::infinity() : labels[row];
  }
  SAGESPARK_RETURN_IF_ERROR(Check(XGDMatrixSetFloatInfo(handle_.get(), "label_lower_bound", lower.data(), lower.size())));
  return Check(XGDMatrixSetFloatInfo(handle_.get(), "label_upper_bound", upper.data(), upper.size()));
}

Result<XGBoostMatrix> XGBoostMatrix::Slice(const std::vector<int32_t>& rows) const {
  constexpr int kNoQueries = 0;
  DMatrixHandle handle = nullptr;
  SAGESPARK_RETURN_IF_ERROR(Check(XGDMatrixSliceDMatrixEx(handle_.get(), rows.data(), rows.size(), &handle, kNoQueries)));
  return XGBoostMatrix(OwnMatrix(handle), static_cast<int64_t>(rows.size()), num_columns_);
}

Result<XGBoostBooster> XGBoostBooster::Create(const std::vector<std::pair<std::string, std::string>>& parameters,
                                              std::span<const XGBoostMatrix* const> matrices) {
  std::vector<DMatrixHandle> handles;
  for (const XGBoostMatrix* matrix : matrices) handles.push_back(matrix->handle_.get());
  BoosterHandle handle = nullptr;
  SAGESPARK_RETURN_IF_ERROR(Check(XGBoosterCreate(handles.data(), handles.size(), &handle)));
  XGBoostBooster booster(OwnBooster(handle));
  SAGESPARK_RETURN_IF_ERROR(booster.SetParameters(parameters));
  return booster;
}

Status XGBoostBooster::SetParameters(const std::vector<std::pair<std::string, std::string>>& parameters) {
  SAGESPARK_RETURN_IF_ERROR(SetParameter("validate_parameters", "1"));  // As the Python package does.
  for (const auto& [name, value] : parameters) SAGESPARK_RETURN_IF_ERROR(SetParameter(name, value));
  return Status::Ok();
}

Result<XGBoostBooster> XGBoostBooster::Load(std::string_view bytes) {
  BoosterHandle handle = nullptr;
  SAGESPARK_RETURN_IF_ERROR(Check(XGBoosterCreate(nullptr, 0, &handle)));
  XGBoostBooster booster(OwnBooster(handle));
  SAGESPARK_RETURN_IF_ERROR(
      Check(XGBoosterLoadModelFromBuffer(handle, bytes.data(), bytes.size()), ErrorKind::kCorruptData));
  return booster;
}

Status XGBoostBooster::SetParameter(const std::string& name, const std::string& value) {
  return Check(XGBoosterSetParam(handle_.get(), name.c_str(), value.c_str()));
}

Status XGBoostBooster::SetAttribute(const std::string& name, const std::string& value) {
  return Check(XGBoosterSetAttr(handle_.get(), name.c_str(), value.c_str()));
}

Status XGBoostBooster::Update(int64_t round, const XGBoostMatrix& train) {
  return Check(XGBoosterUpdateOneIter(handle_.get(), static_cast<int>(round), train.handle_.get()));
}

Result<std::vector<XGBoostScore>> XGBoostBooster::Evaluate(int64_t round, std::span<const XGBoostMatrix* const> matrices,
                                                           std::span<const std::string> names) const {
  std::vector<DMatrixHandle> handles;
  std::vector<const char*> name_pointers;
  for (const XGBoostMatrix* matrix : matrices) handles.push_back(matrix->handle_.get());
  for (const std::string& name : names) name_pointers.push_back(name.c_str());
  const char* text = nullptr;
  SAGESPARK_RETURN_IF_ERROR(Check(XGBoosterEvalOneIter(handle_.get(), static_cast<int>(round), handles.data(),
                                                       name_pointers.data(), handles.size(), &text)));
  // "[0]\ttrain-rmse:0.25\tvalidation-rmse:0.5": names of data have no "-", those of metrics may.
  std::vector<XGBoostScore> scores;
  std::string_view rest(text);
  for (size_t tab = rest.find('\t'); tab != std::string_view::npos; tab = rest.find('\t')) {
    rest.remove_prefix(tab + 1);
    const std::string_view item = rest.substr(0, rest.find('\t'));
    const size_t dash = item.find('-');
    const size_t colon = item.rfind(':');
    if (dash == std::string_view::npos || colon == std::string_view::npos || colon < dash) {
      return InternalError("XGBoost's evaluation does not parse: " + std::string(item));
    }
    scores.push_back({.data = std::string(item.substr(0, dash)),
                      .metric = std::string(item.substr(dash + 1, colon - dash - 1)),
                      .value = std::strtod(std::string(item.substr(colon + 1)).c_str(), nullptr)});
  }
  return scores;
}

Result<XGBoostPredictions> XGBoostBooster::Predict(const XGBoostMatrix& matrix, bool is_margin) const {
  const std::string config =
      fmt::format(R"({{"type":{},"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":true}})",
                  is_margin ? 1 : 0);
  const bst_ulong* shape = nullptr;
  bst_ulong dimensions = 0;
  const float* values = nullptr;
  SAGESPARK_RETURN_IF_ERROR(Check(XGBoosterPredictFromDMatrix(handle_.get(), matrix.handle_.get(), config.c_str(), &shape,
                                                              &dimensions, &values)));
  return CopyPredictions(shape, dimensions, values);
}

Result<XGBoostPredictions> XGBoostBooster::PredictRows(const XGBoostRows& rows) const {
  constexpr char kConfig[] =
      R"({"type":0,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":true,"missing":NaN,"cache_id":0})";
  const bst_ulong* shape = nullptr;
  bst_ulong dimensions = 0;
  const float* values = nullptr;
  if (rows.is_sparse) {
    SAGESPARK_RETURN_IF_ERROR(Check(XGBoosterPredictFromCSR(
        handle_.get(), ArrayInterface(rows.row_offsets, "<i8").c_str(), ArrayInterface(rows.columns, "<i4").c_str(),
        ArrayInterface(rows.values, "<f4").c_str(), static_cast<bst_ulong>(rows.num_columns), kConfig, nullptr, &shape,
        &dimensions, &values)));
  } else {
    SAGESPARK_RETURN_IF_ERROR(Check(XGBoosterPredictFromDense(handle_.get(), DenseInterface(rows).c_str(), kConfig, nullptr,
                                                              &shape, &dimensions, &values)));
  }
  return CopyPredictions(shape, dimensions, values);
}

Result<XGBoostBooster> XGBoostBooster::FirstRounds(int64_t count) const {
  BoosterHandle handle = nullptr;
  SAGESPARK_RETURN_IF_ERROR(Check(XGBoosterSlice(handle_.get(), 0, static_cast<int>(count), 1, &handle)));
  return XGBoostBooster(OwnBooster(handle));
}

Result<std::string> XGBoostBooster::Save() const {
  bst_ulong size = 0;
  const char* bytes = nullptr;
  SAGESPARK_RETURN_IF_ERROR(Check(XGBoosterSaveModelToBuffer(handle_.get(), R"({"format":"ubj"})", &size, &bytes)));
  return std::string(bytes, size);
}

Result<std::string> XGBoostBooster::Configuration() const {
  bst_ulong size = 0;
  const char* text = nullptr;
  SAGESPARK_RETURN_IF_ERROR(Check(XGBoosterSaveJsonConfig(handle_.get(), &size, &text)));
  return std::string(text, size);
}

Result<int64_t> XGBoostBooster::NumFeatures() const {
  bst_ulong count = 0;
  SAGESPARK_RETURN_IF_ERROR(Check(XGBoosterGetNumFeature(handle_.get(), &count)));
  return static_cast<int64_t>(count);
}

XGBoostMessages::XGBoostMessages(Sink sink) {
  message_sink = std::move(sink);
  XGBRegisterLogCallback([](const char* message) {
    const std::string line = Readable(message);
    if (message_sink && !line.empty()) message_sink(line, std::string_view(message).find("] WARNING: ") != std::string_view::npos);
  });
}

XGBoostMessages::~XGBoostMessages() {
  XGBRegisterLogCallback([](const char* message) { std::fprintf(stderr, "%s\n", message); });
  message_sink = nullptr;
}

std::string XGBoostLibraryVersion() {
  int major = 0;
  int minor = 0;
  int patch = 0;
  XGBoostVersion(&major, &minor, &patch);
  return fmt::format("{}.{}.{}", major, minor, patch);
}

}  // namespace sagespark::algo
