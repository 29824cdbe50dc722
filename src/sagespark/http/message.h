#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sagespark::http {

/// Header fields in the order they came. Names compare without regard to case.
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;

  Headers() = default;
  Headers(std::initializer_list<Field> fields) : fields_(fields) {}

  /// Appends a field, also when one of that name is there.
  void Add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  /// Replaces all fields of that name by one.
  void Set(std::string_view name, std::string value);
  void Remove(std::string_view name);

  /// The first field of that name, or null.
  const std::string* Find(std::string_view name) const;
  /// The first field of that name, or `fallback`.
  std::string_view Get(std::string_view name, std::string_view fallback = {}) const;

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  size_t size() const { return fields_.size(); }

 private:
  std::vector<Field> fields_;
};

/// True when both texts are equal but for the case of A to Z.
bool EqualsIgnoringCase(std::string_view left, std::string_view right);

/// One `name=value` of a query.
struct QueryParameter {
  std::string name;        ///< Percent-decoded; "+" means a space.
  std::string value;       ///< The same; empty without "=".
  std::string_view raw;    ///< As it came, "name=value"; a view into the raw query.
};

/// Splits a query at "&". A broken escape stays as it is.
std::vector<QueryParameter> ParseQuery(std::string_view raw_query);

/// The reason phrase: 404 is "Not Found"; "Unknown" for codes that no RFC names.
std::string_view ReasonPhrase(int status);

/// "Sun, 06 Nov 1994 08:49:37 GMT" for seconds since 1970.
std::string FormatHttpDate(int64_t unix_seconds);
/// Undoes FormatHttpDate; nothing for another form.
std::optional<int64_t> ParseHttpDate(std::string_view text);

/// A reply with a short body.
struct Response {
  int status = 200;
  Headers headers;
  std::string body;
};

}  // namespace sagespark::http
