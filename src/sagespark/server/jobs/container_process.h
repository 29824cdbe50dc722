#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sagespark/base/clock.h"
#include "sagespark/base/process.h"
#include "sagespark/server/jobs/container_images.h"
#include "sagespark/server/logs/line_splitter.h"
#include "sagespark/server/logs/log_store.h"

namespace sagespark::server {

/// Sees the lines of a container's output as they are logged.
using LineObserver = std::function<void(const std::vector<std::string>& lines)>;

/// Writes a container's output to its log stream, line by line. A store that refuses (disk full) costs lines, not the container; so does a
/// flood: after kBurstBytes, lines beyond kBytesPerSecond are left out, and a line says how many. The observer sees all.
class ContainerLog {
 public:
  static constexpr double kBurstBytes = 32 << 20;
  static constexpr double kBytesPerSecond = 1 << 20;

  /// Makes the stream.
  ContainerLog(LogStore& store, std::string group, std::string stream, LineObserver observer = {}, const Clock& clock = Clock::System());

  void Write(std::string_view bytes) { Append(splitter_.Add(bytes)); }
  void Finish();

 private:
  void Append(std::vector<std::string> lines);
  void LeaveOutFlood(std::vector<std::string>& lines);
  void Store(const std::vector<std::string>& lines);

  LogStore& store_;
  const std::string group_;
  const std::string stream_;
  const LineObserver observer_;
  const Clock& clock_;
  LineSplitter splitter_;
  SteadyTime last_;            ///< When room_ was right.
  double room_ = kBurstBytes;  ///< For so many bytes.
  int64_t left_out_ = 0;       ///< Lines that nobody was told of yet.
};

/// Where an own image's files are: "/opt/ml", or the folder that stands for it.
inline constexpr char kMlRootVariable[] = "SAGESPARK_ML_ROOT";

/// Starts `program` with `verb` ("train", "serve"), its files below `root`, which stands for the container's "/". An algorithm is told
/// so by `--root ROOT/opt/ml`; an own image finds them at /opt/ml when it mounts, and in any case where SAGESPARK_ML_ROOT says.
/// The child sees `environment`, the program's own and, of the server's, what programs need to run at all (PATH and the like).
Result<std::unique_ptr<Process>> StartContainer(const ContainerProgram& program, const std::string& verb, const std::string& root,
                                                const std::map<std::string, std::string>& environment);

}  // namespace sagespark::server
