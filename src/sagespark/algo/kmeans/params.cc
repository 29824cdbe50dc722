#include "sagespark/algo/kmeans/params.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>

namespace sagespark::algo {
namespace {

constexpr int64_t kMaxInteger = std::numeric_limits<int32_t>::max();
constexpr int64_t kMaxCenterValues = int64_t{1} << 34;

Error NotValid(std::string_view name, std::string_view value, std::string_view valid) {
  return InvalidArgument(fmt::format("Hyperparameter is not valid: {} = \"{}\", valid is {}", name, value, valid));
}

template <typename Number>
std::optional<Number> ParseNumber(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Text to fields, name by name; the ranges are ValidateKMeansParams' business.
class Reader {
 public:
  explicit Reader(const std::map<std::string, std::string>& values) : values_(values) {}

  Status RequiredInteger(const std::string& name, int64_t& field) const {
    if (!values_.contains(name)) return InvalidArgument(fmt::format("Required hyperparameter is missing: {}", name));
    return Integer(name, field);
  }

  Status Integer(const std::string& name, int64_t& field) const {
    const std::string* text = Find(name);
    if (text == nullptr) return Status::Ok();
    const auto value = ParseNumber<int64_t>(*text);
    if (!value) return NotValid(name, *text, "an integer");
    field = *value;
    return Status::Ok();
  }

  Status IntegerOrAuto(const std::string& name, std::optional<int64_t>& field) const {
    const std::string* text = Find(name);
    if (text == nullptr || *text == "auto") return Status::Ok();
    field = ParseNumber<int64_t>(*text);
    if (!field) return NotValid(name, *text, "an integer or auto");
    return Status::Ok();
  }

  Status Float(const std::string& name, double& field) const {
    const std::string* text = Find(name);
    if (text == nullptr) return Status::Ok();
    const auto value = ParseNumber<double>(*text);
    if (!value) return NotValid(name, *text, "a number");
    field = *value;
    return Status::Ok();
  }

  Status Boolean(const std::string& name, bool& field) const {
    const std::string* text = Find(name);
    if (text == nullptr) return Status::Ok();
    if (*text != "true" && *text != "True" && *text != "false" && *text != "False") {
      return NotValid(name, *text, "true or false");
    }
    field = text->front() == 't' || text->front() == 'T';
    return Status::Ok();
  }

  Status Init(const std::string& name, CenterInit& field) const {
    const std::string* text = Find(name);
    if (text == nullptr) return Status::Ok();
    if (*text != "random" && *text != "kmeans++") return NotValid(name, *text, "random or kmeans++");
    field = *text == "random" ? CenterInit::kRandom : CenterInit::kKMeansPlusPlus;
    return Status::Ok();
  }

  Status Metrics(const std::string& name, std::vector<EvalMetric>& field) const {
    const std::string* text = Find(name);
    if (text == nullptr) return Status::Ok();
    field.clear();
    std::string_view list = Trim(*text, " \t\n");
    if (list.starts_with('[') && list.ends_with(']') && list.size() >= 2) list = list.substr(1, list.size() - 2);
    for (size_t start = 0; start <= list.size();) {
      const size_t end = std::min(list.find(',', start), list.size());
      const std::string_view metric = Trim(list.substr(start, end - start), " \t\n\"'");
      if (metric != "msd" && metric != "ssd") return NotValid(name, *text, "a JSON list of msd and ssd");
      const EvalMetric value = metric == "msd" ? EvalMetric::kMsd : EvalMetric::kSsd;
      if (std::find(field.begin(), field.end(), value) == field.end()) field.push_back(value);
      start = end + 1;
    }
    return Status::Ok();
  }

 private:
  static std::string_view Trim(std::string_view text, std::string_view characters) {
    const size_t first = text.find_first_not_of(characters);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(characters) - first + 1);
  }

  const std::string* Find(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? nullptr : &found->second;
  }

  const std::map<std::string, std::string>& values_;
};

bool IsKnown(std::string_view name) {
  const auto& defaults = KMeansDefaultHyperparameters();
  return name == "k" || name == "feature_dim" ||
         std::any_of(defaults.begin(), defaults.end(), [&](const auto& known) { return known.first == name; });
}

Status CheckTuningMetric(const std::map<std::string, std::string>& values) {
  const auto metric = values.find("_tuning_objective_metric");
  if (metric == values.end()) return Status::Ok();
  const std::string& text = metric->second;
  if (text.empty() || text == "test:msd" || text == "test:ssd") return Status::Ok();
  return NotValid(metric->first, text, "test:msd or test:ssd");
}

Status CheckRange(std::string_view name, int64_t value, int64_t least) {
  if (value >= least && value <= kMaxInteger) return Status::Ok();
  return NotValid(name, fmt::to_string(value), fmt::format("an integer in [{}, {}]", least, kMaxInteger));
}

}  // namespace

const std::vector<std::pair<std::string, std::string>>& KMeansDefaultHyperparameters() {
  static const std::vector<std::pair<std::string, std::string>> defaults = {
      {"init_method", "random"},
      {"mini_batch_size", "5000"},
      {"epochs", "1"},
      {"extra_center_factor", "auto"},
      {"local_lloyd_max_iter", "300"},
      {"local_lloyd_tol", "0.0001"},
      {"local_lloyd_init_method", "kmeans++"},
      {"local_lloyd_num_trials", "auto"},
      {"half_life_time_size", "0"},
      {"eval_metrics", "[\"msd\"]"},
      {"force_dense", "true"},
      {"_disable_wait_to_read", "false"},
      {"_enable_profiler", "false"},
      {"_kvstore", "auto"},
      {"_log_level", "info"},
      {"_num_gpus", "auto"},
      {"_num_kv_servers", "1"},
      {"_num_slices", "1"},
      {"_tuning_objective_metric", ""},
  };
  return defaults;
}

Result<KMeansParams> ParseKMeansParams(const std::map<std::string, std::string>& hyperparameters) {
  for (const auto& [name, value] : hyperparameters) {
    if (!IsKnown(name)) return InvalidArgument(fmt::format("Hyperparameter is unknown to k-means: {}", name));
  }
  const Reader reader(hyperparameters);
  KMeansParams params;
  SAGESPARK_RETURN_IF_ERROR(reader.RequiredInteger("k", params.k));
  SAGESPARK_RETURN_IF_ERROR(reader.RequiredInteger("feature_dim", params.feature_dim));
  SAGESPARK_RETURN_IF_ERROR(reader.Integer("mini_batch_size", params.mini_batch_size));
  SAGESPARK_RETURN_IF_ERROR(reader.Integer("epochs", params.epochs));
  SAGESPARK_RETURN_IF_ERROR(reader.IntegerOrAuto("extra_center_factor", params.extra_center_factor));
  SAGESPARK_RETURN_IF_ERROR(reader.Init("init_method", params.init_method));
  SAGESPARK_RETURN_IF_ERROR(reader.Integer("half_life_time_size", params.half_life_time_size));
  SAGESPARK_RETURN_IF_ERROR(reader.Init("local_lloyd_init_method", params.local_lloyd_init_method));
  SAGESPARK_RETURN_IF_ERROR(reader.Integer("local_lloyd_max_iter", params.local_lloyd_max_iter));
  SAGESPARK_RETURN_IF_ERROR(reader.Float("local_lloyd_tol", params.local_lloyd_tol));
  SAGESPARK_RETURN_IF_ERROR(reader.IntegerOrAuto("local_lloyd_num_trials", params.local_lloyd_num_trials));
  SAGESPARK_RETURN_IF_ERROR(reader.Metrics("eval_metrics", params.eval_metrics));
  SAGESPARK_RETURN_IF_ERROR(reader.Boolean("force_dense", params.force_dense));
  SAGESPARK_RETURN_IF_ERROR(CheckTuningMetric(hyperparameters));
  SAGESPARK_RETURN_IF_ERROR(ValidateKMeansParams(params));
  return params;
}

Status ValidateKMeansParams(const KMeansParams& params) {
  const int64_t factor = params.extra_center_factor.value_or(1);
  SAGESPARK_RETURN_IF_ERROR(CheckRange("k", params.k, 1));
  SAGESPARK_RETURN_IF_ERROR(CheckRange("feature_dim", params.feature_dim, 1));
  SAGESPARK_RETURN_IF_ERROR(CheckRange("mini_batch_size", params.mini_batch_size, 1));
  SAGESPARK_RETURN_IF_ERROR(CheckRange("epochs", params.epochs, 1));
  SAGESPARK_RETURN_IF_ERROR(CheckRange("extra_center_factor", factor, 1));
  SAGESPARK_RETURN_IF_ERROR(CheckRange("half_life_time_size", params.half_life_time_size, 0));
  SAGESPARK_RETURN_IF_ERROR(CheckRange("local_lloyd_max_iter", params.local_lloyd_max_iter, 1));
  SAGESPARK_RETURN_IF_ERROR(CheckRange("local_lloyd_num_trials", params.local_lloyd_num_trials.value_or(1), 1));
  if (!(params.local_lloyd_tol >= 0 && params.local_lloyd_tol <= 1)) {
    return NotValid("local_lloyd_tol", fmt::to_string(params.local_lloyd_tol), "a number in [0, 1]");
  }
  if (params.eval_metrics.empty()) return NotValid("eval_metrics", "[]", "a JSON list of msd and ssd");
  if (params.k * factor > params.mini_batch_size) {
    return NotValid("mini_batch_size", fmt::to_string(params.mini_batch_size),
                    fmt::format("at least k * extra_center_factor = {}", params.k * factor));
  }
  if (params.k * factor > kMaxCenterValues / params.feature_dim) {
    return ResourceLimit(fmt::format(
        "Centers take too much memory: k * extra_center_factor * feature_dim = {} * {} * {}, the limit is {}",
        params.k, factor, params.feature_dim, kMaxCenterValues));
  }
  return Status::Ok();
}

std::string EvalMetricName(EvalMetric metric) { return metric == EvalMetric::kMsd ? "msd" : "ssd"; }

}  // namespace sagespark::algo
