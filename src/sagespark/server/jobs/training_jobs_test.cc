#include "sagespark/server/jobs/training_jobs.h"

#include "sagespark/base/archive/tar_gz.h"
#include "sagespark/server/testing/folder_objects.h"
#include "sagespark/testing/temporary_folder.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::server {
namespace {

namespace fs = std::filesystem;
namespace sm = aws::sagemaker;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

/// Jobs whose container is a shell script; "$3" stands for /opt/ml.
class TrainingJobsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    objects_.Put("b/in/part-0", "zero");
    objects_.Put("b/in/part-1", "one");
    fs::create_directories(objects_.folder() / "out");
    database_ = *Database::Open((temporary_ / "x.db").string());
    records_ = *RecordStore::Open(*database_);
    logs_ = *LogStore::Open((temporary_ / "logs.db").string());
    Open();
  }

  void Open() {
    auto jobs = TrainingJobs::Open({.folder = temporary_ / "jobs", .stop_grace = stop_grace_}, *records_, *logs_, objects_, images_);
    ASSERT_OK(jobs);
    jobs_ = *std::move(jobs);
  }

  void Script(const std::string& script) {
    images_.Add("fake", {.command = {"/bin/sh", "-c", "ml=$3; host=${3%/opt/ml}; host=${host##*/}; " + script, "fake"}, .max_training_hosts = 8});
  }

  void Insert(const std::string& name, int64_t hosts = 1, int64_t max_seconds = 60, const std::string& input = "s3://b/in") {
    sm::DescribeTrainingJobResponse job{.training_job_name = name,
                                        .training_job_arn = "arn:aws:sagemaker:eu-west-1:000000000000:training-job/" + name,
                                        .model_artifacts = {"s3://out/models/" + name + "/output/model.tar.gz"},
                                        .training_job_status = "InProgress",
                                        .secondary_status = "Starting",
                                        .hyper_parameters = {{"k", "10"}},
                                        .role_arn = "arn:role"};
    job.algorithm_specification = {.training_image = "r/fake:1", .training_input_mode = input_mode_};
    job.resource_config = {.instance_type = "ml.m4.xlarge", .instance_count = hosts};
    job.stopping_condition.max_runtime_in_seconds = max_seconds;
    job.environment = {{"USERS_OWN", "1"}};
    sm::Channel channel{.channel_name = "train"};
    channel.data_source.s3_data_source = {.s3_data_type = "S3Prefix", .s3_uri = input, .s3_data_distribution_type = "ShardedByS3Key"};
    channel.compression_type = compression_;
    job.input_data_config = {channel};
    job.checkpoint_config = checkpoint_config_;
    const SystemTime now = Clock::System().Now();
    ASSERT_OK(records_->Insert(RecordKind::kTrainingJob, {.name = name, .arn = job.training_job_arn, .status = "InProgress", .created = now,
                                                          .modified = now, .document = ToJson(job)}));
  }

  sm::DescribeTrainingJobResponse Describe(const std::string& name) {
    return *aws::FromJson<sm::DescribeTrainingJobResponse>(records_->Get(RecordKind::kTrainingJob, name)->document);
  }

  /// Waits until the job is over, or shows a line that contains `line`.
  void WaitFor(const std::string& name, const std::string& line = "") {
    const Deadline deadline = Deadline::After(std::chrono::seconds(60));
    while (Describe(name).training_job_status == "InProgress" || Describe(name).training_job_status == "Stopping") {
      for (const std::string& seen : LinesOf(name)) {
        if (!line.empty() && seen.find(line) != std::string::npos) return;
      }
      ASSERT_FALSE(deadline.passed());
      std::this_thread::yield();
    }
  }

  sm::DescribeTrainingJobResponse Train(const std::string& name, const std::string& script) {
    Script(script);
    Insert(name);
    jobs_->Start(name);
    WaitFor(name);
    return Describe(name);
  }

  std::vector<std::string> LinesOf(const std::string& name, const std::string& host = "algo-1") {
    std::vector<std::string> lines;
    const std::string group(kTrainingLogGroup);
    const auto streams = logs_->Streams(group, name + "/" + host + "-", LogStreamOrder::kName, false, 0, 10);
    if (!streams.ok() || streams->empty()) return lines;
    const auto events = logs_->Events(group, streams->front().name, {});
    for (const LogEvent& event : *events) lines.push_back(event.message);
    return lines;
  }

  static std::vector<std::string> StatusesOf(const sm::DescribeTrainingJobResponse& job) {
    std::vector<std::string> statuses;
    for (const auto& transition : job.secondary_status_transitions) statuses.push_back(transition.status);
    return statuses;
  }

  milliseconds stop_grace_{60'000};
  std::optional<sm::CheckpointConfig> checkpoint_config_;
  std::string input_mode_ = "File";
  std::string compression_ = "None";
  TemporaryFolder temporary_;
  testing::FolderObjects objects_{temporary_ / "objects"};
  std::unique_ptr<Database> database_;
  std::unique_ptr<RecordStore> records_;
  std::unique_ptr<LogStore> logs_;
  ContainerImages images_;
  std::unique_ptr<TrainingJobs> jobs_;  // Last: it uses all of the above to its end.
};

TEST_F(TrainingJobsTest, CarriesDataInAndTheModelOut) {
  const auto job = Train("j", "echo $1 $2; cat $ml/input/data/train/part-0 > $ml/model/weights; echo extra > $ml/output/data/report");
  EXPECT_EQ(job.training_job_status, "Completed");
  EXPECT_EQ(job.secondary_status, "Completed");
  EXPECT_THAT(StatusesOf(job), ElementsAre("Downloading", "Training", "Uploading", "Completed"));
  EXPECT_TRUE(job.training_end_time >= job.training_start_time);
  EXPECT_THAT(LinesOf("j"), ElementsAre("train --root"));
  ASSERT_OK(archive::UnpackTarGz(objects_.folder() / "out/models/j/output/model.tar.gz", temporary_ / "model"));
  EXPECT_EQ(ReadFile(temporary_ / "model/weights"), "zero");
  ASSERT_OK(archive::UnpackTarGz(objects_.folder() / "out/models/j/output/output.tar.gz", temporary_ / "output"));
  EXPECT_EQ(ReadFile(temporary_ / "output/report"), "extra\n");
  EXPECT_TRUE(fs::is_empty(temporary_ / "jobs"));
}

TEST_F(TrainingJobsTest, GivesTheContainerItsConfigurationAndEnvironment) {
  setenv("AWS_SECRET_ACCESS_KEY", "of the server", 1);
  Train("j", "cat $ml/input/config/hyperparameters.json; echo; cat $ml/input/config/inputdataconfig.json; echo; "
             "cat $ml/input/config/resourceconfig.json; echo; env | grep -E '^(TRAINING|AWS|USERS)' | sort");
  unsetenv("AWS_SECRET_ACCESS_KEY");
  EXPECT_THAT(LinesOf("j"),
              ElementsAre(R"({"k":"10"})",
                          R"({"train":{"RecordWrapperType":"None","S3DistributionType":"ShardedByS3Key","TrainingInputMode":"File"}})",
                          R"({"current_group_name":"homogeneousCluster","current_host":"algo-1","current_instance_type":"ml.m4.xlarge",)"
                          R"("hosts":["algo-1"],"instance_groups":[{"hosts":["algo-1"],"instance_group_name":"homogeneousCluster",)"
                          R"("instance_type":"ml.m4.xlarge"}],"network_interface_name":"lo"})",
                          "AWS_REGION=eu-west-1", "TRAINING_JOB_ARN=arn:aws:sagemaker:eu-west-1:000000000000:training-job/j",
                          "TRAINING_JOB_NAME=j", "USERS_OWN=1"));
}

TEST_F(TrainingJobsTest, AFailedContainerFailsTheJobWithItsReason) {
  const auto job = Train("j", "echo about to fail; printf 'bad k' > $ml/output/failure; exit 1");
  EXPECT_EQ(job.training_job_status, "Failed");
  EXPECT_EQ(job.failure_reason, "AlgorithmError: bad k, exit code: 1");
  EXPECT_THAT(LinesOf("j"), ElementsAre("about to fail"));
  EXPECT_FALSE(objects_.Has("out/models/j/output/model.tar.gz"));
  EXPECT_TRUE(fs::is_empty(temporary_ / "jobs"));
}

TEST_F(TrainingJobsTest, KeepsTheKindThatAnAlgorithmGivesItsFailure) {
  EXPECT_EQ(Train("j", "printf 'ClientError: no k' > $ml/output/failure; exit 1").failure_reason, "ClientError: no k, exit code: 1");
}

TEST_F(TrainingJobsTest, AFailureReasonIsCutTo1024Characters) {
  const auto job = Train("j", "head -c 5000 /dev/zero | tr '\\0' x > $ml/output/failure; exit 2");
  EXPECT_EQ(job.failure_reason->size(), 1024u);
  EXPECT_THAT(*job.failure_reason, StartsWith("AlgorithmError: xxx"));
}

TEST_F(TrainingJobsTest, ACrashNamesTheSignal) {
  EXPECT_THAT(*Train("j", "kill -SEGV $$").failure_reason, HasSubstr("signal 11"));
}

TEST_F(TrainingJobsTest, TheLastValueOfEachMetricIsInTheDescription) {
  const auto job = Train("j", "echo '#quality_metric: host=algo-1, train msd <loss>=2'; echo '#quality_metric: host=algo-1, train msd <loss>=0.5'");
  ASSERT_EQ(job.final_metric_data_list.size(), 1u);
  EXPECT_EQ(job.final_metric_data_list[0].metric_name, "train:msd");
  EXPECT_EQ(job.final_metric_data_list[0].value, 0.5);
  EXPECT_TRUE(job.final_metric_data_list[0].timestamp >= job.training_start_time);
}

TEST_F(TrainingJobsTest, CheckpointsComeFromTheStoreAndGoBackThoughTheJobFails) {
  objects_.Put("out/checkpoints/epoch-1", "one");
  checkpoint_config_ = {.s3_uri = "s3://out/checkpoints"};
  EXPECT_EQ(Train("j", "cp $ml/checkpoints/epoch-1 $ml/checkpoints/epoch-2; exit 1").training_job_status, "Failed");
  EXPECT_EQ(ReadFile(objects_.folder() / "out/checkpoints/epoch-2"), "one");
}

TEST_F(TrainingJobsTest, AnOwnImageIsToldItsVerbAndWhereItsFilesAre) {
  ASSERT_OK(images_.AddOwn("r/fake:1", {.command = {"/bin/sh", "-c", "echo $1 $FROM_IMAGE $USERS_OWN; cat $SAGESPARK_ML_ROOT/input/data/train/part-0; "
                                                    "echo w > $SAGESPARK_ML_ROOT/model/w", "mine"},
                                        .form = ContainerForm::kCommand, .working_directory = "/", .environment = {{"FROM_IMAGE", "2"}, {"USERS_OWN", "0"}}}));
  EXPECT_EQ(Train("j", "false").training_job_status, "Completed");
  EXPECT_THAT(LinesOf("j"), ElementsAre("train 2 1", "zero"));
  EXPECT_TRUE(objects_.Has("out/models/j/output/model.tar.gz"));
}

TEST_F(TrainingJobsTest, AFoldersExecutableOfThatNameRuns) {
  std::ofstream(temporary_ / "train") << "#!/bin/sh\necho $0 $#\n";
  fs::permissions(temporary_ / "train", fs::perms::owner_all);
  ASSERT_OK(images_.AddOwn("r/fake:1", {.command = {temporary_.path()}, .form = ContainerForm::kFolder}));
  Train("j", "false");
  EXPECT_THAT(LinesOf("j"), ElementsAre((temporary_ / "train").string() + " 0"));
}

TEST_F(TrainingJobsTest, PipeModeGivesEachEpochAPipe) {
  input_mode_ = "Pipe";
  EXPECT_EQ(Train("j", "cd $ml/input/data; cat train_0; cat train_1; echo; ls -d train").training_job_status, "Failed");  // Of ls.
  EXPECT_THAT(LinesOf("j"), ElementsAre("zeroonezeroone", HasSubstr("No such file")));
}

TEST_F(TrainingJobsTest, DataThatBreakAPipeFailTheJobWithTheirName) {
  input_mode_ = "Pipe";
  compression_ = "Gzip";
  EXPECT_THAT(*Train("j", "cat $ml/input/data/train_0; sleep 1000").failure_reason,
              AllOf(StartsWith("ClientError: Data download failed:"), HasSubstr("s3://b/in/part-0")));
}

TEST_F(TrainingJobsTest, MissingDataFailsTheJob) {
  Script("true");
  Insert("j", 1, 60, "s3://b/none");
  jobs_->Start("j");
  WaitFor("j");
  EXPECT_EQ(Describe("j").training_job_status, "Failed");
  EXPECT_THAT(*Describe("j").failure_reason, StartsWith("ClientError: Data download failed:"));
  EXPECT_THAT(LinesOf("j"), IsEmpty());
}

TEST_F(TrainingJobsTest, RunsOneProcessAHostAndMergesTheirModels) {
  Script("ls $ml/input/data/train > $ml/model/$host; grep -c current_host.*$host $ml/input/config/resourceconfig.json");
  Insert("j", 2);
  jobs_->Start("j");
  WaitFor("j");
  EXPECT_EQ(Describe("j").training_job_status, "Completed");
  EXPECT_THAT(LinesOf("j", "algo-2"), ElementsAre("1"));
  ASSERT_OK(archive::UnpackTarGz(objects_.folder() / "out/models/j/output/model.tar.gz", temporary_ / "model"));
  EXPECT_EQ(ReadFile(temporary_ / "model/algo-1"), "part-0\n");
  EXPECT_EQ(ReadFile(temporary_ / "model/algo-2"), "part-1\n");
}

TEST_F(TrainingJobsTest, OneHostThatFailsEndsTheOthers) {
  Script("case $host in algo-2) printf 'second' > $ml/output/failure; exit 3;; esac; sleep 1000");
  Insert("j", 3);
  jobs_->Start("j");
  WaitFor("j");
  EXPECT_EQ(Describe("j").failure_reason, "AlgorithmError: second, exit code: 3");
}

TEST_F(TrainingJobsTest, AStoppedJobMayStillSaveItsModel) {
  Script("trap 'echo saved > $ml/model/w; exit 0' TERM; echo ready; while :; do sleep 1000 & wait; done");
  Insert("j");
  jobs_->Start("j");
  WaitFor("j", "ready");
  jobs_->Stop("j");
  WaitFor("j");
  EXPECT_EQ(Describe("j").training_job_status, "Stopped");
  EXPECT_TRUE(objects_.Has("out/models/j/output/model.tar.gz"));
}

TEST_F(TrainingJobsTest, AJobThatDoesNotHeedTheStopIsKilled) {
  jobs_.reset();
  stop_grace_ = milliseconds(1);
  Open();
  Script("trap '' TERM; echo ready; while :; do :; done");
  Insert("j");
  jobs_->Start("j");
  WaitFor("j", "ready");
  jobs_->Stop("j");
  WaitFor("j");
  EXPECT_EQ(Describe("j").training_job_status, "Stopped");
  EXPECT_FALSE(objects_.Has("out/models/j/output/model.tar.gz"));
}

TEST_F(TrainingJobsTest, AJobThatRunsTooLongIsStopped) {
  Script("exec sleep 1000");
  Insert("j", 1, 1);
  jobs_->Start("j");
  WaitFor("j");
  EXPECT_EQ(Describe("j").training_job_status, "Stopped");
  EXPECT_EQ(Describe("j").secondary_status, "MaxRuntimeExceeded");
}

TEST_F(TrainingJobsTest, TakesAFloodOfOutputLineByLine) {
  Train("j", "seq 1 50000");
  const auto streams = logs_->Streams(kTrainingLogGroup, "j/", LogStreamOrder::kName, false, 0, 10);
  EXPECT_THAT(logs_->LastSequence(kTrainingLogGroup, streams->front().name), HasValue(50'000));
}

TEST_F(TrainingJobsTest, WhatAContainerLeavesBesideFilesIsNoPartOfTheModel) {
  const auto job = Train("j", "cd $ml/model && mkfifo pipe && ln -s /no/such/place broken && ln -s . loop && printf weights > ok && "
                              "printf x > \"$(printf 'bad\\377name')\" && mkdir empty");
  ASSERT_EQ(job.training_job_status, "Completed") << job.failure_reason.value_or("");
  ASSERT_OK(archive::UnpackTarGz(objects_.folder() / "out/models/j/output/model.tar.gz", temporary_ / "model"));
  EXPECT_EQ(ReadFile(temporary_ / "model/ok"), "weights");
  EXPECT_EQ(ReadFile(temporary_ / "model/bad\377name"), "x");
  EXPECT_TRUE(fs::is_directory(temporary_ / "model/empty"));
  EXPECT_FALSE(fs::exists(temporary_ / "model/pipe"));
}

TEST_F(TrainingJobsTest, AFailureFileThatIsNoTextIsAReasonAllTheSame) {
  const auto job = Train("j", "head -c 100000 /dev/urandom > $ml/output/failure; exit 7");
  EXPECT_EQ(job.training_job_status, "Failed");
  EXPECT_THAT(*job.failure_reason, StartsWith("AlgorithmError: "));
  EXPECT_LE(job.failure_reason->size(), 4096u);
  const auto other = Train("k", "mkdir $ml/output/failure; printf 'a\\0b\\r\\033[31m' ; exit 8");
  EXPECT_EQ(*other.failure_reason, "AlgorithmError: exit code: 8");
}

TEST_F(TrainingJobsTest, AContainerThatClosesItsOutputAndRunsOnIsWaitedFor) {
  const auto job = Train("j", "exec >/dev/null 2>&1; sleep 0.2; printf x > $ml/model/weights");
  EXPECT_EQ(job.training_job_status, "Completed");
}

TEST_F(TrainingJobsTest, MoreJobsThanMayRunWaitForTheirTurn) {
  Script("echo $TRAINING_JOB_NAME > $ml/model/name");
  for (int i = 0; i < 10; ++i) {
    Insert("j" + std::to_string(i));
    jobs_->Start("j" + std::to_string(i));
  }
  for (int i = 0; i < 10; ++i) {
    WaitFor("j" + std::to_string(i));
    EXPECT_EQ(Describe("j" + std::to_string(i)).training_job_status, "Completed");
  }
}

TEST_F(TrainingJobsTest, JobsThatAServerLeftBehindAreFailedWithTheReason) {
  jobs_.reset();
  Insert("j");
  fs::create_directories(temporary_ / "jobs/j/algo-1");
  Open();
  EXPECT_EQ(Describe("j").training_job_status, "Failed");
  EXPECT_THAT(*Describe("j").failure_reason, HasSubstr("The local server ended while the training job ran"));
  EXPECT_TRUE(fs::is_empty(temporary_ / "jobs"));
}

TEST_F(TrainingJobsTest, AServerThatEndsFailsItsJobsAtOnce) {
  Script("trap '' TERM; echo ready; while :; do :; done");
  Insert("j");
  jobs_->Start("j");
  WaitFor("j", "ready");
  jobs_.reset();
  EXPECT_EQ(Describe("j").training_job_status, "Failed");
  EXPECT_THAT(*Describe("j").failure_reason, HasSubstr("The local server ended"));
}

}  // namespace
}  // namespace sagespark::server
