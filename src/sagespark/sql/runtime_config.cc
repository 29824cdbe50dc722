#include <mutex>

#include "sagespark/sql/exceptions.h"
#include "sagespark/sql/session_state.h"

namespace sagespark::sql {

std::string RuntimeConfig::get(const std::string& key) const {
  std::optional<std::string> value = getOption(key);
  if (value.has_value()) return *std::move(value);
  throw SparkException(NotFound("[SQL_CONF_NOT_FOUND] The SQL config \"" + key +
                                "\" cannot be found. Please verify that the config exists. SQLSTATE: 42K0I"));
}

std::string RuntimeConfig::get(const std::string& key, const std::string& default_value) const {
  return getOption(key).value_or(default_value);
}

std::optional<std::string> RuntimeConfig::getOption(const std::string& key) const {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->values.find(key);
  return found == state_->values.end() ? std::nullopt : std::optional(found->second);
}

void RuntimeConfig::set(const std::string& key, std::string value) {
  const std::lock_guard lock(state_->mutex);
  state_->values[key] = std::move(value);
}

void RuntimeConfig::unset(const std::string& key) {
  const std::lock_guard lock(state_->mutex);
  state_->values.erase(key);
}

}  // namespace sagespark::sql
