#include "sagespark/base/json/value.h"

#include <nlohmann/json.hpp>

namespace sagespark::json {
namespace {

using Nlohmann = nlohmann::json;

/// Builds a Value from parser events, so that depth is checked before memory is spent.
class Builder final : public nlohmann::json_sax<Nlohmann> {
 public:
  explicit Builder(int max_depth) : max_depth_(max_depth) {}

  bool null() override { return Add(Value()); }
  bool boolean(bool value) override { return Add(Value(value)); }
  bool number_integer(int64_t value) override { return Add(Value(value)); }
  bool number_unsigned(uint64_t value) override {
    if (value > static_cast<uint64_t>(INT64_MAX)) return Add(Value(static_cast<double>(value)));
    return Add(Value(static_cast<int64_t>(value)));
  }
  bool number_float(double value, const std::string&) override { return Add(Value(value)); }
  bool string(std::string& value) override { return Add(Value(std::move(value))); }
  bool binary(Nlohmann::binary_t&) override { return false; }
  bool start_object(size_t) override { return Open(Value(Object())); }
  bool start_array(size_t) override { return Open(Value(Array())); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }
  bool key(std::string& name) override {
    open_.back().next_name = std::move(name);
    return true;
  }
  bool parse_error(size_t position, const std::string&, const Nlohmann::exception&) override {
    error_ = "JSON is broken at byte " + std::to_string(position);
    return false;
  }

  Value&& root() && { return std::move(root_); }
  const std::string& error() const { return error_; }

 private:
  struct Level {
    Value value;
    std::string next_name;
  };

  bool Add(Value value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (Array* array = open_.back().value.if_array()) {
      array->push_back(std::move(value));
    } else {
      open_.back().value.if_object()->insert_or_assign(std::move(open_.back().next_name), std::move(value));
    }
    return true;
  }

  bool Open(Value value) {
    if (static_cast<int>(open_.size()) >= max_depth_) {
      error_ = "JSON is nested deeper than the limit of " + std::to_string(max_depth_) + " levels";
      return false;
    }
    open_.push_back({std::move(value), {}});
    return true;
  }

  bool Close() {
    Value value = std::move(open_.back().value);
    open_.pop_back();
    return Add(std::move(value));
  }

  int max_depth_;
  Value root_;
  std::vector<Level> open_;
  std::string error_;
};

Nlohmann ToNlohmann(const Value& value) {
  if (value.is_null()) return nullptr;
  if (const bool* boolean = value.if_bool()) return *boolean;
  if (const int64_t* integer = value.if_int()) return *integer;
  if (value.is_number()) return value.number();
  if (const std::string* string = value.if_string()) return *string;
  if (const Array* array = value.if_array()) {
    Nlohmann out = Nlohmann::array();
    for (const Value& element : *array) out.push_back(ToNlohmann(element));
    return out;
  }
  Nlohmann out = Nlohmann::object();
  for (const auto& [name, member] : *value.if_object()) out[name] = ToNlohmann(member);
  return out;
}

std::string DumpWithIndent(const Value& value, int indent) {
  return ToNlohmann(value).dump(indent, ' ', false, Nlohmann::error_handler_t::replace);
}

Error WrongMember(std::string_view name, std::string_view type, bool present) {
  const std::string quoted = "\"" + std::string(name) + "\"";
  if (!present) return InvalidArgument("JSON object has no member " + quoted);
  return InvalidArgument("JSON member is not " + std::string(type) + ": " + quoted);
}

}  // namespace

double Value::number() const {
  if (const int64_t* integer = if_int()) return static_cast<double>(*integer);
  return std::get<double>(data_);
}

const Value* Value::Find(std::string_view name) const {
  const Object* object = if_object();
  if (object == nullptr) return nullptr;
  const auto found = object->find(name);
  return found == object->end() ? nullptr : &found->second;
}

Result<std::string> Value::GetString(std::string_view name) const {
  const Value* member = Find(name);
  if (member == nullptr || member->if_string() == nullptr) return WrongMember(name, "a string", member != nullptr);
  return *member->if_string();
}

Result<int64_t> Value::GetInt(std::string_view name) const {
  const Value* member = Find(name);
  if (member == nullptr || member->if_int() == nullptr) return WrongMember(name, "an integer", member != nullptr);
  return *member->if_int();
}

Result<Value> Parse(std::string_view text, int max_depth) {
  Builder builder(max_depth);
  if (!Nlohmann::sax_parse(text.begin(), text.end(), &builder)) return CorruptData(builder.error());
  return std::move(builder).root();
}

std::string Dump(const Value& value) { return DumpWithIndent(value, -1); }

std::string DumpPretty(const Value& value, int indent) { return DumpWithIndent(value, indent); }

}  // namespace sagespark::json
