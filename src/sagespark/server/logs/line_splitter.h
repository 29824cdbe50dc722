#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sagespark::server {

/// Cuts a stream of bytes into lines of valid UTF-8 (other bytes become U+FFFD), without line ends. Lines beyond 256 KiB,
/// CloudWatch's limit of an event, are cut into several; empty lines are dropped, as CloudWatch takes no empty event.
class LineSplitter {
 public:
  /// The lines that `bytes` completed.
  std::vector<std::string> Add(std::string_view bytes);

  /// The last line, when it has no line end.
  std::vector<std::string> Finish();

 private:
  void Take(std::vector<std::string>& lines);
  std::string line_;
};

}  // namespace sagespark::server
