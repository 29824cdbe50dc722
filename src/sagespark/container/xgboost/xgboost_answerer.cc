#include "sagespark/container/xgboost/xgboost_answerer.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "sagespark/container/hosting/answer.h"
#include "sagespark/container/xgboost/model_file.h"
#include "sagespark/container/xgboost/request_rows.h"
#include "sagespark/container/xgboost/selected_output.h"

namespace sagespark::container {
namespace {

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

Error NotValid(const char* name, std::string_view value, std::string_view valid) {
  return InvalidArgument(std::string(name) + " is not " + std::string(valid) + ": \"" + std::string(value) + "\"");
}

Result<std::vector<std::filesystem::path>> ModelFiles(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (entry.is_regular_file() && !entry.path().filename().string().starts_with('.')) files.push_back(entry.path());
  }
  if (files.empty()) return NotFound("Model file is missing: no file in " + directory.string());
  std::sort(files.begin(), files.end());
  return files;
}

/// All values with commas between, in one line.
std::string JoinLines(std::string lines) {
  if (lines.ends_with('\n')) lines.pop_back();
  std::replace(lines.begin(), lines.end(), '\n', ',');
  return lines;
}

}  // namespace

Result<XGBoostServingOptions> XGBoostServingOptions::FromEnvironment() {
  XGBoostServingOptions options;
  if (const std::string keys = Environment("SAGEMAKER_INFERENCE_OUTPUT"); !keys.empty()) {
    SAGESPARK_ASSIGN_OR_RETURN(options.output_keys, ParseOutputKeys(keys));
  }
  if (const std::string ensemble = Environment("SAGEMAKER_INFERENCE_ENSEMBLE"); !ensemble.empty()) {
    options.is_ensemble = ensemble == "true";
  }
  if (const std::string csv = Environment("SAGESPARK_XGBOOST_CSV"); !csv.empty()) {
    if (csv != "comma" && csv != "newline") return NotValid("SAGESPARK_XGBOOST_CSV", csv, "comma or newline");
    options.csv_in_one_line = csv == "comma";
  }
  if (const std::string limit = Environment("MAX_CONTENT_LENGTH"); !limit.empty()) {
    constexpr uint64_t kMost = uint64_t{1} << 30;
    const auto [end, error] = std::from_chars(limit.data(), limit.data() + limit.size(), options.max_payload_bytes);
    if (error != std::errc() || end != limit.data() + limit.size() || options.max_payload_bytes > kMost) {
      return NotValid("MAX_CONTENT_LENGTH", limit, "an integer in [0, 2^30]");
    }
  }
  return options;
}

Result<std::unique_ptr<XGBoostAnswerer>> XGBoostAnswerer::Load(const std::filesystem::path& directory,
                                                               XGBoostServingOptions options) {
  SAGESPARK_ASSIGN_OR_RETURN(std::vector<std::filesystem::path> files, ModelFiles(directory));
  if (!options.is_ensemble) files.resize(1);
  std::vector<algo::XGBoostBooster> boosters;
  for (const auto& file : files) {
    SAGESPARK_ASSIGN_OR_RETURN(algo::XGBoostBooster booster, LoadXGBoostModelFile(file));
    boosters.push_back(std::move(booster));
  }
  SAGESPARK_ASSIGN_OR_RETURN(algo::XGBoostPredictor predictor, algo::XGBoostPredictor::Create(std::move(boosters)));
  return std::make_unique<XGBoostAnswerer>(std::move(predictor), std::move(options));
}

InvocationAnswer XGBoostAnswerer::Answer(const InvocationRequest& request) const {
  if (request.body.empty()) return {.status = 204, .body = {}};
  auto parsed = ParseXGBoostRequest(request.content_type, request.body);
  if (!parsed.ok()) return {.status = 415, .body = parsed.error().message()};
  const auto predictions = predictor_.Predict(std::move(parsed->rows));
  if (!predictions.ok()) {
    return {.status = 400, .body = "Unable to evaluate payload provided: " + predictions.error().message()};
  }
  const auto type = ChooseAnswerType(request.accept, request.default_accept.empty() ? kCsv : request.default_accept);
  if (!type) {
    return {.status = 406,
            .body = "Accept cannot be written: \"" + std::string(request.accept) + "\"; writable are " +
                    std::string(kWritableTypes)};
  }
  std::vector<PredictionColumn> columns = {{.name = "score", .width = predictions->width, .values = predictions->values}};
  const bool is_selected = !options_.output_keys.empty();
  if (is_selected) {
    auto selected = SelectOutput(options_.output_keys, predictor_.objective(), predictor_.num_class(), *predictions);
    if (!selected.ok()) return {.status = 500, .body = selected.error().message()};
    columns = *std::move(selected);
  }
  const AnsweredRows rows(predictions->num_rows, parsed->uids, parsed->metadata);
  std::string body = is_selected && *type == kCsv ? WriteSelectedCsv(columns, rows.count) : WriteAnswer(*type, columns, rows);
  if (options_.csv_in_one_line && !is_selected && *type == kCsv) body = JoinLines(std::move(body));
  return {.content_type = *type, .body = std::move(body)};
}

}  // namespace sagespark::container
