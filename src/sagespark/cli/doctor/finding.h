#pragma once

#include <string>
#include <utility>
#include <vector>

namespace sagespark::cli {

enum class Verdict { kOk, kWarning, kFailed };

/// What one check of `sagespark doctor` found. Never a credential.
struct Finding {
  std::string check;  ///< "clock".
  Verdict verdict = Verdict::kOk;
  std::string text;
  std::string advice{};  ///< What to do next; empty when all is well.
};

/// Findings in the order in which they were made.
class Findings {
 public:
  void Ok(std::string check, std::string text) { all_.push_back({std::move(check), Verdict::kOk, std::move(text)}); }
  void Warn(std::string check, std::string text, std::string advice) {
    all_.push_back({std::move(check), Verdict::kWarning, std::move(text), std::move(advice)});
  }
  void Fail(std::string check, std::string text, std::string advice) {
    all_.push_back({std::move(check), Verdict::kFailed, std::move(text), std::move(advice)});
  }

  const std::vector<Finding>& all() const { return all_; }
  bool any_failed() const {
    for (const Finding& finding : all_) {
      if (finding.verdict == Verdict::kFailed) return true;
    }
    return false;
  }

 private:
  std::vector<Finding> all_;
};

}  // namespace sagespark::cli
