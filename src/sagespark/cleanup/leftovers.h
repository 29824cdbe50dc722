#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sagespark/aws/client/s3_client.h"
#include "sagespark/aws/client/sagemaker_client.h"
#include "sagespark/base/clock.h"

namespace sagespark::cleanup {

/// A place in S3.
struct S3Folder {
  std::string bucket;
  std::string prefix;  ///< Of keys; "" for the whole bucket.

  friend auto operator<=>(const S3Folder&, const S3Folder&) = default;
};

/// Which leftovers are meant.
struct Selection {
  SystemTime created_before;             ///< By the service's time of creation, or of an object's last change.
  std::optional<std::string> run_id{};   ///< Of this run only.
  std::vector<S3Folder> folders{};       ///< To look for runs' folders in, beside those that jobs name.
};

enum class LeftoverKind { kEndpoint, kEndpointConfig, kModel, kTrainingJob, kTransformJob, kFolder };

/// Something that a run made and that is still there: carries the run's tag, or is the run's folder in S3. Jobs are those that still
/// run.
struct Leftover {
  LeftoverKind kind;
  std::string name;    ///< Of a folder the S3 URI.
  std::string run_id;
  SystemTime created;  ///< Of a folder the last change of its newest object.

  // Of a folder.
  std::string bucket{};
  std::vector<std::string> keys{};
  std::vector<aws::S3Upload> uploads{};  ///< Begun and never ended.
};

/// "endpoint endpoint-1 (run 0123456789ab, 2026-11-21T14:25:00.000Z)".
std::string Describe(const Leftover& leftover);

/// "delete" or, for a job, "stop".
std::string_view VerbFor(LeftoverKind kind);

/// Finds what is left, in the order in which it is to be deleted. Looks at everything of the account and region that was created
/// before the given time, so it needs the right to list and to read tags. A bucket that does not exist holds nothing.
Result<std::vector<Leftover>> FindLeftovers(aws::SageMakerClient& sagemaker, aws::S3Client& s3, const Selection& selection);

/// Deletes it, or tells a job to stop. What is gone meanwhile is no error.
Status RemoveLeftover(aws::SageMakerClient& sagemaker, aws::S3Client& s3, const Leftover& leftover);

}  // namespace sagespark::cleanup
