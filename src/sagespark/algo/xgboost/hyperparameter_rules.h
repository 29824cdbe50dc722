#pragma once

#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "sagespark/base/result.h"

namespace sagespark::algo {

enum class RuleKind { kInteger, kNumber, kChoice, kText };

/// What one hyperparameter may be, and whose business it is.
struct HyperparameterRule {
  std::string_view name;
  RuleKind kind;
  std::string_view choices = {};  ///< Of kChoice, with ", " between.
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
  bool open_least = false;  ///< `least` itself is out.
  bool open_most = false;
  bool is_passed_on = true;        ///< XGBoost takes it under this name.
  std::string_view reason = {};    ///< Why it is left aside.
};

/// All that a job may give, but for aliases.
/// Source: hyperparameter_validation.py of aws/sagemaker-xgboost-container.
const std::vector<HyperparameterRule>& HyperparameterRules();

/// The rule of that name; null when there is none.
const HyperparameterRule* FindRule(std::string_view name);

/// Fails with kInvalidArgument, naming the hyperparameter, its value and what is valid.
Status CheckValue(const HyperparameterRule& rule, const std::string& text);

}  // namespace sagespark::algo
