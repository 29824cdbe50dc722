#include "sagespark/container/training/channel.h"

namespace sagespark::container {

Result<std::vector<std::string>> Channel::Files(int64_t epoch) const {
  std::vector<std::string> paths;
  if (config_.input_mode == InputMode::kPipe) {
    paths.push_back(path_.string() + "_" + std::to_string(epoch));
    return paths;
  }
  SAGESPARK_RETURN_IF_ERROR(files_->List({.scheme = "file", .authority = {}, .path = path_.string()},
                                         [&](const io::FileInfo& file) {
                                           if (file.size > 0) paths.push_back(file.uri.path);
                                           return true;
                                         }));
  if (paths.empty()) return InvalidArgument("Channel has no data: \"" + config_.name + "\"");
  return paths;
}

}  // namespace sagespark::container
