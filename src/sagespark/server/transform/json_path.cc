#include "sagespark/server/transform/json_path.h"

#include <algorithm>
#include <charconv>

namespace sagespark::server {

class JsonPath::Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<std::vector<Step>> Parse() {
    std::vector<Step> steps;
    if (!Take('$')) return Broken();
    while (at_ < text_.size()) {
      if (Take('.')) {
        SAGESPARK_ASSIGN_OR_RETURN(Step step, NameStep());
        steps.push_back(std::move(step));
      } else if (Take('[')) {
        SAGESPARK_ASSIGN_OR_RETURN(Step step, BracketStep());
        steps.push_back(std::move(step));
      } else {
        return Broken();
      }
    }
    return steps;
  }

 private:
  bool Take(char wanted) {
    if (at_ >= text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }

  void SkipBlanks() {
    while (Take(' ')) {
    }
  }

  Error Broken() const {
    return InvalidArgument("JSONPath is not offered: " + std::string(text_) + ", from character " + std::to_string(at_ + 1));
  }

  Result<Step> NameStep() {
    if (Take('*')) return Step{};
    const size_t end = std::min(text_.find_first_of(".[", at_), text_.size());
    if (end == at_) return Broken();
    Names names{std::string(text_.substr(at_, end - at_))};
    at_ = end;
    return Step{.names = std::move(names)};
  }

  Result<Step> BracketStep() {
    SkipBlanks();
    if (Take('*')) return Take(']') ? Result<Step>(Step{}) : Result<Step>(Broken());
    const bool has_names = at_ < text_.size() && (text_[at_] == '\'' || text_[at_] == '"');
    Step step;
    do {
      SkipBlanks();
      if (has_names) {
        SAGESPARK_ASSIGN_OR_RETURN(step.names.emplace_back(), QuotedName());
      } else {
        SAGESPARK_ASSIGN_OR_RETURN(step.slices.emplace_back(), NumberOrSlice());
      }
      SkipBlanks();
    } while (Take(','));
    if (!Take(']')) return Broken();
    return step;
  }

  Result<std::string> QuotedName() {
    const char quote = at_ < text_.size() ? text_[at_] : ' ';
    const size_t end = quote == '\'' || quote == '"' ? text_.find(quote, at_ + 1) : std::string_view::npos;
    if (end == std::string_view::npos) return Broken();
    std::string name(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return name;
  }

  Result<Slice> NumberOrSlice() {
    Slice slice{.begin = Number()};
    if (Take(':')) {
      slice.end = Number();
      return slice;
    }
    if (!slice.begin) return Broken();
    slice.is_index = true;
    return slice;
  }

  std::optional<int64_t> Number() {
    int64_t number = 0;
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), number);
    if (error != std::errc()) return std::nullopt;
    at_ = static_cast<size_t>(end - text_.data());
    return number;
  }

  const std::string_view text_;
  size_t at_ = 0;
};

Result<JsonPath> JsonPath::Parse(std::string_view text) {
  JsonPath path;
  path.text_ = text;
  SAGESPARK_ASSIGN_OR_RETURN(path.steps_, Parser(text).Parse());
  return path;
}

bool JsonPath::selects_one() const {
  return std::all_of(steps_.begin(), steps_.end(), [](const Step& step) {
    return step.names.size() == 1 || (step.slices.size() == 1 && step.slices.front().is_index);
  });
}

std::vector<size_t> JsonPath::IndexesOf(const Slices& slices, size_t size) {
  std::vector<size_t> indexes;
  const auto count = static_cast<int64_t>(size);
  const auto from_start = [count](int64_t number) { return number < 0 ? number + count : number; };
  for (const Slice& slice : slices) {
    const int64_t begin = from_start(slice.begin.value_or(0));
    const int64_t end = slice.is_index ? begin + 1 : from_start(slice.end.value_or(count));
    if (slice.is_index && begin < 0) continue;
    for (int64_t i = std::max<int64_t>(begin, 0); i < std::min(end, count); ++i) indexes.push_back(static_cast<size_t>(i));
  }
  return indexes;
}

std::vector<const json::Value*> JsonPath::Apply(const Step& step, const json::Value& value) {
  std::vector<const json::Value*> found;
  for (const std::string& name : step.names) {
    if (const json::Value* member = value.Find(name)) found.push_back(member);
  }
  if (value.if_array() != nullptr) {
    const Slices all = {Slice{}};
    for (const size_t index : IndexesOf(step.is_wildcard() ? all : step.slices, value.if_array()->size())) {
      found.push_back(&value.if_array()->at(index));
    }
  } else if (value.if_object() != nullptr && step.is_wildcard()) {
    for (const auto& [name, member] : *value.if_object()) found.push_back(&member);
  }
  return found;
}

Result<json::Value> JsonPath::Select(const json::Value& root) const {
  std::vector<const json::Value*> selected = {&root};
  for (const Step& step : steps_) {
    std::vector<const json::Value*> next;
    for (const json::Value* value : selected) {
      for (const json::Value* found : Apply(step, *value)) next.push_back(found);
    }
    selected = std::move(next);
  }
  if (selects_one()) {
    if (selected.empty()) return InvalidArgument("A record has nothing at JSONPath " + text_);
    return *selected.front();
  }
  json::Array all;
  for (const json::Value* value : selected) all.push_back(*value);
  return json::Value(std::move(all));
}

Result<std::vector<std::string_view>> JsonPath::SelectCells(const std::vector<std::string_view>& cells) const {
  if (is_whole()) return cells;
  if (steps_.size() != 1 || steps_.front().slices.empty()) return InvalidArgument("JSONPath does not fit CSV, which has numbers of columns only: " + text_);
  std::vector<std::string_view> selected;
  for (const size_t index : IndexesOf(steps_.front().slices, cells.size())) selected.push_back(cells[index]);
  if (selected.empty()) return InvalidArgument("A record has nothing at JSONPath " + text_);
  return selected;
}

}  // namespace sagespark::server
