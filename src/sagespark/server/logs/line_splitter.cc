#include "sagespark/server/logs/line_splitter.h"

#include "sagespark/base/json/value.h"

namespace sagespark::server {
namespace {

constexpr size_t kLongestLine = 256 << 10;

/// JSON writing replaces what is no UTF-8; plain text, the usual case, is returned as it is.
std::string ValidUtf8(std::string line) {
  for (const char c : line) {
    if (static_cast<unsigned char>(c) >= 0x80) return *json::Parse(json::Dump(json::Value(std::move(line))))->if_string();
  }
  return line;
}

}  // namespace

void LineSplitter::Take(std::vector<std::string>& lines) {
  while (!line_.empty() && line_.back() == '\r') line_.pop_back();
  if (!line_.empty()) lines.push_back(ValidUtf8(std::move(line_)));
  line_.clear();
}

std::vector<std::string> LineSplitter::Add(std::string_view bytes) {
  std::vector<std::string> lines;
  while (!bytes.empty()) {
    const size_t end = bytes.find('\n');
    const size_t room = kLongestLine - line_.size();
    const size_t count = std::min(std::min(end, bytes.size()), room);
    line_.append(bytes.substr(0, count));
    bytes.remove_prefix(count);
    if (!bytes.empty() && bytes.front() == '\n') {
      bytes.remove_prefix(1);
      Take(lines);
    } else if (line_.size() == kLongestLine) {
      Take(lines);
    }
  }
  return lines;
}

std::vector<std::string> LineSplitter::Finish() {
  std::vector<std::string> lines;
  Take(lines);
  return lines;
}

}  // namespace sagespark::server
