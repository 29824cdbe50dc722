#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sagespark/base/process.h"
#include "sagespark/server/jobs/container_images.h"
#include "sagespark/server/logs/line_splitter.h"
#include "sagespark/server/logs/log_store.h"

namespace sagespark::server {

/// Writes a container's output to its log stream, line by line. A store that refuses (disk full) costs lines, not the container.
class ContainerLog {
 public:
  /// Makes the stream.
  ContainerLog(LogStore& store, std::string group, std::string stream);

  void Write(std::string_view bytes) { Append(splitter_.Add(bytes)); }
  void Finish() { Append(splitter_.Finish()); }

 private:
  void Append(const std::vector<std::string>& lines);

  LogStore& store_;
  const std::string group_;
  const std::string stream_;
  LineSplitter splitter_;
};

/// Starts `program` with `verb` ("train", "serve") and `--root ROOT/opt/ml`, where `root` stands for the container's "/".
/// The child sees `environment` and, of the server's own, what programs need to run at all (PATH and the like).
Result<std::unique_ptr<Process>> StartContainer(const ContainerProgram& program, const std::string& verb, const std::string& root,
                                                const std::map<std::string, std::string>& environment);

}  // namespace sagespark::server
