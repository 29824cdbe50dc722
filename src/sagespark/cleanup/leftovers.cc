#include "sagespark/cleanup/leftovers.h"

#include <algorithm>
#include <map>
#include <set>

#include "sagespark/aws/client/for_each_page.h"
#include "sagespark/base/uri.h"
#include "sagespark/cleanup/run_tags.h"

namespace sagespark::cleanup {
namespace {

constexpr int64_t kPageSize = 100;

bool IsJob(LeftoverKind kind) { return kind == LeftoverKind::kTrainingJob || kind == LeftoverKind::kTransformJob; }

/// A job that has ended meanwhile cannot be stopped: AWS answers ValidationException.
bool IsGone(LeftoverKind kind, const Error& error) {
  return error.kind() == ErrorKind::kNotFound || (IsJob(kind) && error.kind() == ErrorKind::kInvalidArgument);
}

std::string_view NameOf(LeftoverKind kind) {
  switch (kind) {
    case LeftoverKind::kEndpoint: return "endpoint";
    case LeftoverKind::kEndpointConfig: return "endpoint configuration";
    case LeftoverKind::kModel: return "model";
    case LeftoverKind::kTrainingJob: return "training job";
    case LeftoverKind::kTransformJob: return "transform job";
    case LeftoverKind::kFolder: return "staging data";
  }
  return "";
}

class Finder {
 public:
  Finder(aws::SageMakerClient& sagemaker, aws::S3Client& s3, const Selection& selection)
      : sagemaker_(sagemaker), s3_(s3), selection_(selection), folders_(selection.folders.begin(), selection.folders.end()) {}

  Result<std::vector<Leftover>> Find() {
    SAGESPARK_RETURN_IF_ERROR(FindEndpoints());
    SAGESPARK_RETURN_IF_ERROR(FindEndpointConfigs());
    SAGESPARK_RETURN_IF_ERROR(FindModels());
    SAGESPARK_RETURN_IF_ERROR(FindTrainingJobs());
    SAGESPARK_RETURN_IF_ERROR(FindTransformJobs());
    SAGESPARK_RETURN_IF_ERROR(FindRunFolders());
    return std::move(found_);
  }

 private:
  Status FindEndpoints() {
    aws::sagemaker::ListEndpointsRequest request{.max_results = kPageSize, .creation_time_before = selection_.created_before};
    return aws::ForEachPage(request, [&](const auto& page) { return sagemaker_.ListEndpoints(page); },
                       [&](const auto& page) -> Status {
                         for (const auto& endpoint : page.endpoints) {
                           if (endpoint.endpoint_status == aws::sagemaker::endpoint_status::kDeleting) continue;
                           SAGESPARK_RETURN_IF_ERROR(AddIfOurs(LeftoverKind::kEndpoint, endpoint.endpoint_name, endpoint.endpoint_arn,
                                                               endpoint.creation_time));
                         }
                         return Status::Ok();
                       });
  }

  Status FindEndpointConfigs() {
    aws::sagemaker::ListEndpointConfigsRequest request{.max_results = kPageSize, .creation_time_before = selection_.created_before};
    return aws::ForEachPage(request, [&](const auto& page) { return sagemaker_.ListEndpointConfigs(page); },
                       [&](const auto& page) -> Status {
                         for (const auto& config : page.endpoint_configs) {
                           SAGESPARK_RETURN_IF_ERROR(AddIfOurs(LeftoverKind::kEndpointConfig, config.endpoint_config_name,
                                                               config.endpoint_config_arn, config.creation_time));
                         }
                         return Status::Ok();
                       });
  }

  Status FindModels() {
    aws::sagemaker::ListModelsRequest request{.max_results = kPageSize, .creation_time_before = selection_.created_before};
    return aws::ForEachPage(request, [&](const auto& page) { return sagemaker_.ListModels(page); },
                       [&](const auto& page) -> Status {
                         for (const auto& model : page.models) {
                           SAGESPARK_RETURN_IF_ERROR(
                               AddIfOurs(LeftoverKind::kModel, model.model_name, model.model_arn, model.creation_time));
                         }
                         return Status::Ok();
                       });
  }

  /// Also notes where the jobs that have ended read from: what a fit staged may still be there.
  Status FindTrainingJobs() {
    aws::sagemaker::ListTrainingJobsRequest request{.max_results = kPageSize, .creation_time_before = selection_.created_before};
    return aws::ForEachPage(
        request, [&](const auto& page) { return sagemaker_.ListTrainingJobs(page); }, [&](const auto& page) -> Status {
          for (const auto& job : page.training_job_summaries) {
            SAGESPARK_ASSIGN_OR_RETURN(const auto run, RunOf(job.training_job_arn, job.creation_time));
            if (!run) continue;
            if (job.training_job_status == aws::sagemaker::training_job_status::kInProgress) {
              Add(LeftoverKind::kTrainingJob, job.training_job_name, *run, job.creation_time);
            }
            SAGESPARK_ASSIGN_OR_RETURN(const auto details,
                                       sagemaker_.DescribeTrainingJob({.training_job_name = job.training_job_name}));
            for (const auto& channel : details.input_data_config) {
              if (channel.data_source.s3_data_source) NoteFolder(channel.data_source.s3_data_source->s3_uri);
            }
          }
          return Status::Ok();
        });
  }

  Status FindTransformJobs() {
    aws::sagemaker::ListTransformJobsRequest request{.creation_time_before = selection_.created_before, .max_results = kPageSize};
    return aws::ForEachPage(
        request, [&](const auto& page) { return sagemaker_.ListTransformJobs(page); }, [&](const auto& page) -> Status {
          for (const auto& job : page.transform_job_summaries) {
            SAGESPARK_ASSIGN_OR_RETURN(const auto run, RunOf(job.transform_job_arn, job.creation_time));
            if (!run) continue;
            if (job.transform_job_status == aws::sagemaker::transform_job_status::kInProgress) {
              Add(LeftoverKind::kTransformJob, job.transform_job_name, *run, job.creation_time);
            }
            SAGESPARK_ASSIGN_OR_RETURN(const auto details,
                                       sagemaker_.DescribeTransformJob({.transform_job_name = job.transform_job_name}));
            NoteFolder(details.transform_input.data_source.s3_data_source.s3_uri);
          }
          return Status::Ok();
        });
  }

  /// Looks into the run's folder, when the place is in one.
  void NoteFolder(const std::string& uri) {
    const auto place = ParseUri(uri);
    if (!place.ok()) return;
    const auto run = RunOfKey(place->path);
    if (!run) return;
    const std::string folder = RunFolder(*run) + "/";
    const size_t end = place->path.find(folder) + folder.size();
    folders_.insert({.bucket = place->authority, .prefix = place->path.substr(0, end)});
  }

  Status FindRunFolders() {
    std::map<std::pair<std::string, std::string>, Leftover> by_folder;  // By bucket and folder: the places may overlap.
    for (const S3Folder& place : folders_) {
      const Status status = FindIn(place, by_folder);
      if (!status.ok() && status.error().kind() != ErrorKind::kNotFound) return status;
    }
    for (auto& [folder, leftover] : by_folder) {
      const bool is_older = leftover.created < selection_.created_before;  // All of it: a run may still be writing.
      if (is_older) found_.push_back(std::move(leftover));
    }
    return Status::Ok();
  }

  Status FindIn(const S3Folder& place, std::map<std::pair<std::string, std::string>, Leftover>& by_folder) {
    std::set<std::string> seen;  // In this place: another place may have had the folder already.
    const auto leftover_of = [&](const std::string& key) -> Leftover* {
      const auto run = RunOfKey(key);
      if (!run || (selection_.run_id && *run != *selection_.run_id)) return nullptr;
      const std::string name = RunFolder(*run) + "/";
      const std::string folder = key.substr(0, key.find(name) + name.size());
      const auto [entry, is_new] = by_folder.try_emplace(
          {place.bucket, folder},
          Leftover{.kind = LeftoverKind::kFolder, .name = "s3://" + place.bucket + "/" + folder, .run_id = *run, .created = {}, .bucket = place.bucket});
      if (is_new) seen.insert(folder);
      return seen.count(folder) > 0 ? &entry->second : nullptr;
    };
    const Status listed = s3_.ListObjects(place.bucket, {.prefix = place.prefix}, [&](const aws::S3ObjectInfo& object) {
      if (Leftover* leftover = leftover_of(object.key)) {
        leftover->keys.push_back(object.key);
        leftover->created = std::max(leftover->created, object.last_modified.value_or(selection_.created_before));  // Not known: not old.
      }
      return true;
    });
    SAGESPARK_RETURN_IF_ERROR(listed);
    SAGESPARK_ASSIGN_OR_RETURN(const auto uploads, s3_.ListMultipartUploads(place.bucket, place.prefix));
    for (const aws::S3Upload& upload : uploads) {
      if (Leftover* leftover = leftover_of(upload.key)) {
        leftover->uploads.push_back(upload);
        leftover->created = std::max(leftover->created, upload.initiated.value_or(selection_.created_before));
      }
    }
    return Status::Ok();
  }

  Status AddIfOurs(LeftoverKind kind, const std::string& name, const std::string& arn, SystemTime created) {
    SAGESPARK_ASSIGN_OR_RETURN(const auto run, RunOf(arn, created));
    if (run) Add(kind, name, *run, created);
    return Status::Ok();
  }

  void Add(LeftoverKind kind, const std::string& name, const std::string& run, SystemTime created) {
    found_.push_back({.kind = kind, .name = name, .run_id = run, .created = created});
  }

  /// The run by the resource's tag, when it is selected.
  Result<std::optional<std::string>> RunOf(const std::string& arn, SystemTime created) {
    if (created >= selection_.created_before) return std::optional<std::string>();
    std::optional<std::string> run;
    const Status listed = aws::ForEachPage(
        aws::sagemaker::ListTagsRequest{.resource_arn = arn}, [&](const auto& page) { return sagemaker_.ListTags(page); },
        [&](const auto& page) -> Status {
          for (const auto& tag : page.tags) {
            if (tag.key == kRunTagKey) run = tag.value;
          }
          return Status::Ok();
        });
    if (!listed.ok() && listed.error().kind() != ErrorKind::kNotFound) return listed.error();
    if (selection_.run_id && run != selection_.run_id) run.reset();
    return run;
  }

  aws::SageMakerClient& sagemaker_;
  aws::S3Client& s3_;
  const Selection& selection_;
  std::set<S3Folder> folders_;
  std::vector<Leftover> found_;
};

Status RemoveFolder(aws::S3Client& s3, const Leftover& folder) {
  for (const aws::S3Upload& upload : folder.uploads) {
    SAGESPARK_RETURN_IF_ERROR(s3.AbortMultipartUpload(folder.bucket, upload.key, upload.upload_id));
  }
  if (folder.keys.empty()) return Status::Ok();
  return s3.DeleteObjects(folder.bucket, folder.keys);
}

Status Remove(aws::SageMakerClient& sagemaker, aws::S3Client& s3, const Leftover& leftover) {
  switch (leftover.kind) {
    case LeftoverKind::kEndpoint: return sagemaker.DeleteEndpoint({.endpoint_name = leftover.name});
    case LeftoverKind::kEndpointConfig: return sagemaker.DeleteEndpointConfig({.endpoint_config_name = leftover.name});
    case LeftoverKind::kModel: return sagemaker.DeleteModel({.model_name = leftover.name});
    case LeftoverKind::kTrainingJob: return sagemaker.StopTrainingJob({.training_job_name = leftover.name});
    case LeftoverKind::kTransformJob: return sagemaker.StopTransformJob({.transform_job_name = leftover.name});
    case LeftoverKind::kFolder: return RemoveFolder(s3, leftover);
  }
  return Status::Ok();
}

}  // namespace

std::string Describe(const Leftover& leftover) {
  std::string text = std::string(NameOf(leftover.kind)) + " " + leftover.name + " (run " + leftover.run_id + ", ";
  if (leftover.kind == LeftoverKind::kFolder) {
    text += std::to_string(leftover.keys.size()) + " objects, " + std::to_string(leftover.uploads.size()) + " unfinished uploads, ";
  }
  return text + FormatIso8601(leftover.created) + ")";
}

std::string_view VerbFor(LeftoverKind kind) {
  return IsJob(kind) ? "stop" : "delete";
}

Result<std::vector<Leftover>> FindLeftovers(aws::SageMakerClient& sagemaker, aws::S3Client& s3, const Selection& selection) {
  return Finder(sagemaker, s3, selection).Find();
}

Status RemoveLeftover(aws::SageMakerClient& sagemaker, aws::S3Client& s3, const Leftover& leftover) {
  const Status removed = Remove(sagemaker, s3, leftover);
  if (removed.ok() || IsGone(leftover.kind, removed.error())) return Status::Ok();
  return removed.error().WithContext("Cannot " + std::string(VerbFor(leftover.kind)) + " " + std::string(NameOf(leftover.kind)) +
                                     " \"" + leftover.name + "\"");
}

}  // namespace sagespark::cleanup
