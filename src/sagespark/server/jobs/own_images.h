#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "sagespark/base/result.h"
#include "sagespark/server/jobs/container_images.h"

namespace sagespark::server {

/// An image of the user's own, and the program that stands in for it.
struct OwnImage {
  std::string uri;
  ContainerProgram program;
};

/// Reads "URI=COMMAND". COMMAND is either a folder with the executables `train` and `serve` (one of them will do), or a command line:
/// words as a shell has them (blanks, quotes, backslashes), without variables or wildcards. `train` or `serve` follows as its last
/// argument, as behind `docker run IMAGE`. An executable without "/" is looked for in PATH; relative paths begin at `folder`, in
/// which the command runs. Fails with kInvalidArgument or kNotFound, naming the image.
Result<OwnImage> ParseOwnImage(std::string_view text, const std::filesystem::path& folder);

/// Reads a file of images:
///
///   {"images": [{"image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/forecast:1",
///                "command": ["python3", "forecast.py"],      or "folder": "forecast",
///                "environment": {"OMP_NUM_THREADS": "1"},    optional; what a job or a model sets comes before it
///                "max_instances": 2}]}                       optional; of a training job, by default 16
///
/// Relative paths begin at the file's folder. Fails with kNotFound, kCorruptData or kInvalidArgument, naming the file and the member.
Result<std::vector<OwnImage>> ReadImagesFile(const std::filesystem::path& file);

}  // namespace sagespark::server
