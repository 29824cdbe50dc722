#include "sagespark/sagemaker/progress.h"

#include <cstdio>

namespace sagespark::sagemaker {

ProgressListener PrintProgress() {
  return [](std::string_view line) {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
  };
}

std::string StatusLine(SystemTime time, std::string_view status, std::string_view message) {
  std::string line = FormatIso8601(time).substr(0, 19);
  line[10] = ' ';
  line.append(" ").append(status);
  if (!message.empty()) line.append(" - ").append(message);
  return line;
}

}  // namespace sagespark::sagemaker
