#include "sagespark/codec/json_rows.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "sagespark/codec/number_parser.h"

namespace sagespark::codec {
namespace {

constexpr int64_t kReadAhead = 16;  // More than ParseNumber looks at behind a number.

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

const char* SkipDigits(const char* at, const char* end) {
  while (at < end && IsDigit(*at)) ++at;
  return at;
}

// The end of the JSON number at `at`, or null: ParseNumber takes more than JSON does.
const char* EndOfNumber(const char* at, const char* end) {
  if (at < end && *at == '-') ++at;
  if (at == end || !IsDigit(*at)) return nullptr;
  const bool is_zero = *at++ == '0';
  if (is_zero && at < end && IsDigit(*at)) return nullptr;
  at = SkipDigits(at, end);
  if (at < end && *at == '.') {
    const char* fraction = at + 1;
    at = SkipDigits(fraction, end);
    if (at == fraction) return nullptr;
  }
  if (at < end && (*at == 'e' || *at == 'E')) {
    ++at;
    if (at < end && (*at == '+' || *at == '-')) ++at;
    const char* exponent = at;
    at = SkipDigits(exponent, end);
    if (at == exponent) return nullptr;
  }
  return at;
}

}  // namespace

bool JsonRowScanner::AppendInstance(std::string_view text, RowBlock& block) {
  at_ = text.data();
  end_ = at_ + text.size();
  return TakeInstance() && AtEnd() && Append(block);
}

bool JsonRowScanner::AppendInstances(std::string_view body, RowBlock& block) {
  at_ = body.data();
  end_ = at_ + body.size();
  if (!Take('{') || !TakeName("instances") || !Take('[')) return false;
  do {
    if (!TakeInstance() || !Append(block)) return false;
  } while (Take(','));
  return Take(']') && Take('}') && AtEnd();
}

void JsonRowScanner::SkipBlanks() {
  while (at_ < end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
}

bool JsonRowScanner::AtEnd() {
  SkipBlanks();
  return at_ == end_;
}

bool JsonRowScanner::Take(char wanted) {
  SkipBlanks();
  if (at_ == end_ || *at_ != wanted) return false;
  ++at_;
  return true;
}

bool JsonRowScanner::TakeName(std::string_view name) {
  SkipBlanks();
  const auto size = static_cast<int64_t>(name.size());
  if (end_ - at_ < size + 2 || *at_ != '"' || at_[size + 1] != '"' || std::string_view(at_ + 1, name.size()) != name) {
    return false;
  }
  at_ += size + 2;
  return Take(':');
}

bool JsonRowScanner::TakeNumber(double& value) {
  SkipBlanks();
  const char* end = EndOfNumber(at_, end_);
  if (end == nullptr) return false;
  if (end_ - end >= kReadAhead && EndsNumber(*end)) {
    if (ParseNumber(at_, value) != end) return false;
  } else {
    const auto [parsed, error] = std::from_chars(at_, end, value);
    if (error != std::errc() || parsed != end) return false;
  }
  at_ = end;
  return true;
}

bool JsonRowScanner::TakeNumbers(std::vector<float>& numbers) {
  numbers.clear();
  if (!Take('[')) return false;
  if (Take(']')) return true;
  do {
    double value = 0;
    if (!TakeNumber(value) || static_cast<int64_t>(numbers.size()) == num_columns_) return false;
    numbers.push_back(static_cast<float>(value));
    if (!std::isfinite(numbers.back())) return false;
  } while (Take(','));
  return Take(']');
}

bool JsonRowScanner::TakeKeys() {
  keys_.clear();
  if (!Take('[')) return false;
  if (Take(']')) return true;
  do {
    uint64_t key = 0;
    if (!TakeKey(key)) return false;
    if (key >= static_cast<uint64_t>(num_columns_) || (!keys_.empty() && key <= keys_.back())) return false;
    keys_.push_back(key);
  } while (Take(','));
  return Take(']');
}

bool JsonRowScanner::TakeKey(uint64_t& key) {
  SkipBlanks();
  const char* end = EndOfNumber(at_, end_);
  if (end == nullptr || std::from_chars(at_, end, key).ptr != end) return false;
  at_ = end;
  return true;
}

bool JsonRowScanner::TakeShape() {
  uint64_t length = 0;
  return Take('[') && TakeKey(length) && Take(']') && length == static_cast<uint64_t>(num_columns_);
}

bool JsonRowScanner::TakeTensor() {
  bool has_values = false, has_shape = false;
  if (!Take('{')) return false;
  do {
    if (!has_values && TakeName("values")) {
      if (!TakeNumbers(values_)) return false;
      has_values = true;
    } else if (!is_sparse_ && TakeName("keys")) {
      if (!TakeKeys()) return false;
      is_sparse_ = true;
    } else if (!has_shape && TakeName("shape")) {
      if (!TakeShape()) return false;
      has_shape = true;
    } else {
      return false;
    }
  } while (Take(','));
  return has_values && Take('}');
}

bool JsonRowScanner::TakeInstance() {
  is_sparse_ = false;
  if (!Take('{')) return false;
  if (TakeName("features")) return TakeNumbers(values_) && Take('}');
  return TakeName("data") && Take('{') && TakeName("features") && TakeTensor() && Take('}') && Take('}');
}

bool JsonRowScanner::Append(RowBlock& block) const {
  if (is_sparse_) {
    return keys_.size() == values_.size() && block.AppendSparse(num_columns_, keys_, values_).ok();
  }
  return static_cast<int64_t>(values_.size()) == num_columns_ && block.AppendDense(values_).ok();
}

}  // namespace sagespark::codec
