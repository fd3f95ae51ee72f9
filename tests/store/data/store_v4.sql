BEGIN TRANSACTION;
CREATE TABLE account (
	company_id TEXT NOT NULL, 
	account_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	street TEXT, 
	city TEXT, 
	region TEXT, 
	postcode TEXT, 
	country TEXT, 
	lat DOUBLE NOT NULL, 
	lon DOUBLE NOT NULL, 
	geo_source TEXT NOT NULL, 
	geo_precision TEXT NOT NULL, 
	unit_id TEXT, 
	status TEXT NOT NULL, 
	industry TEXT, 
	employees BIGINT, 
	annual_revenue_minor BIGINT, 
	our_sales_minor BIGINT, 
	potential_minor BIGINT, 
	rating TEXT, 
	propensity_share DOUBLE, 
	products TEXT, 
	last_visit_on DATE, 
	owner_id TEXT, 
	owned_since DATE, 
	open_days TEXT, 
	opens_s BIGINT, 
	closes_s BIGINT, 
	visit_class TEXT, 
	simulated TEXT, 
	custom TEXT, 
	PRIMARY KEY (company_id, account_id), 
	FOREIGN KEY(company_id) REFERENCES company (company_id)
);
INSERT INTO "account" VALUES('C-6N2PFAS1','0001','Dover Works',NULL,'Dover','DE','19901','US',39.1564,-75.4955,'postcode','postcode','10001','prospect',NULL,NULL,12000000,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "account" VALUES('C-6N2PFAS1','0002','Łódź <b>Café</b>',NULL,'Wilmington','DE','19801','US',39.7378,-75.5497,'postcode','postcode','10003','prospect',NULL,NULL,9000000,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "account" VALUES('C-6N2PFAS1','0003','Lewes Supply',NULL,'Lewes','DE','19958','US',38.7381,-75.1747,'postcode','postcode','10005','prospect',NULL,NULL,4000000,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE account_source (
	company_id TEXT NOT NULL, 
	source TEXT NOT NULL, 
	account_id TEXT NOT NULL, 
	import_id TEXT NOT NULL, 
	PRIMARY KEY (company_id, source, account_id), 
	FOREIGN KEY(company_id) REFERENCES company (company_id), 
	FOREIGN KEY(import_id) REFERENCES import_run (import_id)
)
 WITHOUT ROWID

;
CREATE TABLE audit (
	sequence INTEGER NOT NULL, 
	at TEXT NOT NULL, 
	who TEXT NOT NULL, 
	company_id TEXT, 
	action TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	"before" TEXT, 
	"after" TEXT, 
	prev_hash TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	PRIMARY KEY (sequence)
);
INSERT INTO "audit" VALUES(1,'2026-11-22T00:48:23.493328Z','ann','C-6N2PFAS1','create company Old Co','company C-6N2PFAS1',NULL,'{"as_of":"2026-11-20","currency":"USD","kind":"own","name":"Old Co"}','0000000000000000000000000000000000000000000000000000000000000000','d49d96cabe9f5994d0ecd5b63f63b87030878cdcc6d4bfa74c8b449bdfcec45c');
INSERT INTO "audit" VALUES(2,'2026-11-22T00:48:23.624358Z','ann','C-6N2PFAS1','save comp plan, version 1','comp plan C-6N2PFAS1',NULL,'{"sha256":"4e888c5a2ce9a2ccb45422d9daaad9ce5e0f087316d06841375a5442e2b957bc"}','d49d96cabe9f5994d0ecd5b63f63b87030878cdcc6d4bfa74c8b449bdfcec45c','1fdbbc23ea75870ff218238b27a996537c60e2579a799f13286ba0f6a0a72d07');
INSERT INTO "audit" VALUES(3,'2026-11-22T00:48:23.629255Z','ann','C-6N2PFAS1','create scenario Draft 1','scenario S-6CYN25AS',NULL,'{"name":"Draft 1","parent_id":null}','1fdbbc23ea75870ff218238b27a996537c60e2579a799f13286ba0f6a0a72d07','f039e5faea1895a6b79747d3a181ccf2075ad47d2dcecbd6984ed331afc65fe9');
INSERT INTO "audit" VALUES(4,'2026-11-22T00:48:23.676758Z','ann','C-6N2PFAS1','draw','scenario S-6CYN25AS','{"territory":{"T1":null},"unit":{"10001":null,"10003":null,"10005":null},"version":1}','{"territory":{"T1":["T1","P2"]},"unit":{"10001":"T1","10003":"T1","10005":"T1"},"version":2}','f039e5faea1895a6b79747d3a181ccf2075ad47d2dcecbd6984ed331afc65fe9','f8ee594028104430950c47365575a0fbc7f3ace495b1fd6a3048e34e9952a3b5');
INSERT INTO "audit" VALUES(5,'2026-11-22T00:48:23.684266Z','ann','C-6N2PFAS1','copy scenario Draft 1 as B side','scenario S-9XEJJ1EJ',NULL,'{"name":"B side","parent_id":"S-6CYN25AS"}','f8ee594028104430950c47365575a0fbc7f3ace495b1fd6a3048e34e9952a3b5','75f4c7e6b60da291f149122643dbb6b4397602d27f15fa991444cf80175d5d6e');
INSERT INTO "audit" VALUES(6,'2026-11-22T00:48:23.922273Z','ann','C-6N2PFAS1','publish from 2027-01-01','publication S-6CYN25AS',NULL,'{"content_hash":"ed8bfb01edcc510279b55a651ab23f8fb1f85d435b39d3cbc2cf43dfe84712de","effective_from":"2027-01-01"}','75f4c7e6b60da291f149122643dbb6b4397602d27f15fa991444cf80175d5d6e','7cf1c966e41ec415f0107b46509c8b2abf293f5917305f481c414d55a63aff32');
INSERT INTO "audit" VALUES(7,'2026-11-22T00:48:23.943077Z','ann','C-6N2PFAS1','publish','scenario S-6CYN25AS','{"version":2}','{"version":3}','7cf1c966e41ec415f0107b46509c8b2abf293f5917305f481c414d55a63aff32','181d3cfd021ef21eed5c9cf82b9384a5bba3a3ab6a2ace52911ba0724a7c1029');
INSERT INTO "audit" VALUES(8,'2026-11-22T00:48:24.004695Z','ann','C-6N2PFAS1','move 1 unit to T2','scenario S-9XEJJ1EJ','{"territory":{"T2":null},"unit":{"10003":"T1"},"version":1}','{"territory":{"T2":["T2","P-T2"]},"unit":{"10003":"T2"},"version":2}','181d3cfd021ef21eed5c9cf82b9384a5bba3a3ab6a2ace52911ba0724a7c1029','33990838ec0c8f872d0befc030a5fc16305e2ec95a0ff49021294fe895d321e4');
INSERT INTO "audit" VALUES(9,'2026-11-30T20:16:08.868900Z','ann','C-6N2PFAS1','discard a proposal','job J-EFYYPF1B',NULL,NULL,'33990838ec0c8f872d0befc030a5fc16305e2ec95a0ff49021294fe895d321e4','d98d6cd9c2ca2449590fb7c7456850a9e9f77e671f1b8ca6e92465eec7bfaa78');
INSERT INTO "audit" VALUES(10,'2026-11-30T20:16:08.871856Z','ann','C-6N2PFAS1','accept a proposal','job J-EFYYPF1B',NULL,NULL,'d98d6cd9c2ca2449590fb7c7456850a9e9f77e671f1b8ca6e92465eec7bfaa78','193ddf40bbe5da5e376f52487d259f2278f9ea79d67e6d1f09c014dbc66ed03b');
INSERT INTO "audit" VALUES(11,'2026-11-30T20:16:08.895924Z','ann','C-6N2PFAS1','discard a proposal','job J-NA71B0NH',NULL,NULL,'193ddf40bbe5da5e376f52487d259f2278f9ea79d67e6d1f09c014dbc66ed03b','141171a08f1c6548061f3e55618b2d723c711d255d03ca0e517053490ba64743');
CREATE TABLE comp_plan (
	company_id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	document TEXT NOT NULL, 
	sha256 TEXT NOT NULL, 
	created_at TEXT NOT NULL, 
	created_by TEXT NOT NULL, 
	PRIMARY KEY (company_id, version), 
	FOREIGN KEY(company_id) REFERENCES company (company_id)
);
INSERT INTO "comp_plan" VALUES('C-6N2PFAS1',1,'# The sample company''s comp plan. Invented, like the company.
# Rates are shares (0.05 = 5 %), attainment bounds are shares of the year''s quota.
schema: commission-plan/1
plan:
  id: FIELD-2026
  name: Field sales 2026
  currency: USD
  valid_from: 2026-01-01
  valid_to: 2027-01-01

measures:
  - {code: bookings, name: bookings, credit_type: revenue, kind: direct, accumulation: year}
  - {code: team_bookings, name: team bookings, credit_type: revenue, kind: rolled, accumulation: year}
  - {code: supported_bookings, name: supported bookings, credit_type: overlay, kind: direct, accumulation: year}
  - {code: new_service, name: new service contracts, credit_type: revenue, kind: direct, accumulation: none,
     where: [{field: product, op: eq, value: Service}, {field: deal_kind, op: eq, value: new}]}

rate_tables:
  - id: field
    dimension: attainment
    tiers:
      - {from: 0, to: 0.5, rate: 0.035}
      - {from: 0.5, to: 1, rate: 0.055}
      - {from: 1, to: 1.3, rate: 0.08}   # accelerator
      - {from: 1.3, to: null, rate: 0.1}

components:
  # a cancelled deal takes back what it paid, at its own rate
  - id: commission
    name: Commission
    type: marginal
    roles: [rep]
    measure: bookings
    quota: {measure: bookings}
    rates: field
    reversal: original_rate
    cap: {amount: 30000, per: month}

  - id: service_spif
    name: new service contract bonus
    type: spif
    roles: [rep]
    measure: new_service
    amount: 400
    window: {from: 2026-07-01, to: 2027-01-01}
    where: [{field: deal_amount, op: ge, value: 2500}]

  - id: override
    name: Team override
    type: override
    roles: [manager]
    measure: team_bookings
    rate: 0.006

  - id: company_override
    name: Company override
    type: override
    roles: [vp]
    measure: team_bookings
    rate: 0.003

  - id: specialist
    name: Specialist commission
    type: flat
    positions: [P-O1]
    measure: supported_bookings
    rate: 0.04

  - id: service_specialist
    name: Service specialist commission
    type: flat
    positions: [P-O2]
    measure: supported_bookings
    where: [{field: product, op: eq, value: Service}]
    rate: 0.06
','4e888c5a2ce9a2ccb45422d9daaad9ce5e0f087316d06841375a5442e2b957bc','2026-11-22T00:48:23.622841Z','ann');
CREATE TABLE company (
	company_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	currency TEXT NOT NULL, 
	as_of DATE NOT NULL, 
	details JSON NOT NULL, 
	note TEXT NOT NULL, 
	created_at TEXT NOT NULL, 
	created_by TEXT NOT NULL, 
	opened_at TEXT NOT NULL, 
	version INTEGER DEFAULT '1' NOT NULL, 
	PRIMARY KEY (company_id), 
	CONSTRAINT company_kind CHECK (kind IN ('sample', 'own', 'empty'))
);
INSERT INTO "company" VALUES('C-6N2PFAS1','Old Co','own','USD','2026-11-20','{"is_simulated":false,"source":"accounts.csv"}','','2026-11-22T00:48:23.489436Z','ann','2026-11-22T00:48:23.489436Z',1);
CREATE TABLE deal (
	company_id TEXT NOT NULL, 
	deal_id TEXT NOT NULL, 
	account_id TEXT NOT NULL, 
	product TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	stage TEXT NOT NULL, 
	opened_on DATE NOT NULL, 
	close_on DATE NOT NULL, 
	amount_minor BIGINT NOT NULL, 
	currency TEXT NOT NULL, 
	term_months BIGINT NOT NULL, 
	related_deal_id TEXT, 
	custom TEXT, 
	PRIMARY KEY (company_id, deal_id), 
	FOREIGN KEY(company_id) REFERENCES company (company_id)
);
CREATE TABLE draft (
	scenario_id TEXT NOT NULL, 
	who TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	serial INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	n_saved INTEGER NOT NULL, 
	plan_hash TEXT NOT NULL, 
	back JSON, 
	pending JSON, 
	notice JSON, 
	updated_at TEXT NOT NULL, 
	PRIMARY KEY (scenario_id, who), 
	FOREIGN KEY(scenario_id) REFERENCES scenario (scenario_id)
);
CREATE TABLE draft_step (
	scenario_id TEXT NOT NULL, 
	who TEXT NOT NULL, 
	step INTEGER NOT NULL, 
	edit JSON NOT NULL, 
	label TEXT NOT NULL, 
	at TEXT NOT NULL, 
	job_id TEXT, 
	PRIMARY KEY (scenario_id, who, step), 
	FOREIGN KEY(scenario_id) REFERENCES scenario (scenario_id)
);
CREATE TABLE edge (
	company_id TEXT NOT NULL, 
	unit_id TEXT NOT NULL, 
	neighbour_id TEXT NOT NULL, 
	border_m DOUBLE NOT NULL, 
	is_bridge BOOLEAN NOT NULL, 
	PRIMARY KEY (company_id, unit_id, neighbour_id), 
	FOREIGN KEY(company_id) REFERENCES company (company_id)
)
 WITHOUT ROWID

;
INSERT INTO "edge" VALUES('C-6N2PFAS1','10001','10003',2.40886763892706148902e+04,0);
INSERT INTO "edge" VALUES('C-6N2PFAS1','10001','10005',4.26852784643655395503e+04,0);
CREATE TABLE export (
	export_id TEXT NOT NULL, 
	company_id TEXT NOT NULL, 
	scenario_id TEXT, 
	what TEXT NOT NULL, 
	format TEXT NOT NULL, 
	file_name TEXT NOT NULL, 
	n_rows INTEGER NOT NULL, 
	sha256 TEXT NOT NULL, 
	content_hash TEXT NOT NULL, 
	audit_hash TEXT NOT NULL, 
	created_at TEXT NOT NULL, 
	created_by TEXT NOT NULL, 
	PRIMARY KEY (export_id), 
	FOREIGN KEY(company_id) REFERENCES company (company_id), 
	FOREIGN KEY(scenario_id) REFERENCES scenario (scenario_id)
);
CREATE TABLE geocode (
	provider TEXT NOT NULL, 
	"query" TEXT NOT NULL, 
	lat DOUBLE, 
	lon DOUBLE, 
	geo_precision TEXT NOT NULL, 
	found_at TEXT NOT NULL, 
	PRIMARY KEY (provider, "query")
);
CREATE TABLE import_mapping (
	company_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	name TEXT NOT NULL, 
	mapping JSON NOT NULL, 
	created_at TEXT NOT NULL, 
	created_by TEXT NOT NULL, 
	PRIMARY KEY (company_id, kind, name), 
	FOREIGN KEY(company_id) REFERENCES company (company_id)
);
CREATE TABLE import_run (
	import_id TEXT NOT NULL, 
	company_id TEXT NOT NULL, 
	file_name TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	mapping JSON NOT NULL, 
	rows_read INTEGER NOT NULL, 
	rows_accepted INTEGER NOT NULL, 
	rows_rejected INTEGER NOT NULL, 
	verdict TEXT NOT NULL, 
	findings JSON NOT NULL, 
	created_at TEXT NOT NULL, 
	created_by TEXT NOT NULL, 
	source TEXT, 
	sha256 TEXT, 
	PRIMARY KEY (import_id), 
	FOREIGN KEY(company_id) REFERENCES company (company_id)
);
INSERT INTO "import_run" VALUES('I-BR5FY3E2','C-6N2PFAS1','accounts.csv','accounts','{"account_id":"account_id","annual_revenue":"revenue","city":"city","name":"name","postcode":"postcode","region":"region"}',3,3,0,'accept','{"cells":{"code":[],"column":[],"message":[],"row":[],"severity":[],"value":[]},"types":[["code","str"],["severity","str"],["row","Int64"],["column","str"],["value","str"],["message","str"]]}','2026-11-22T00:48:23.632906Z','ann',NULL,NULL);
CREATE TABLE job (
	job_id TEXT NOT NULL, 
	company_id TEXT NOT NULL, 
	scenario_id TEXT, 
	kind TEXT NOT NULL, 
	params JSON NOT NULL, 
	state TEXT NOT NULL, 
	fraction DOUBLE NOT NULL, 
	note TEXT NOT NULL, 
	best DOUBLE, 
	bound DOUBLE, 
	heartbeat_at TEXT, 
	cancel_requested BOOLEAN NOT NULL, 
	result JSON, 
	error TEXT, 
	error_number TEXT, 
	attempts INTEGER NOT NULL, 
	worker TEXT, 
	created_at TEXT NOT NULL, 
	created_by TEXT NOT NULL, 
	started_at TEXT, 
	finished_at TEXT, 
	PRIMARY KEY (job_id), 
	CONSTRAINT job_state CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')), 
	FOREIGN KEY(company_id) REFERENCES company (company_id)
);
INSERT INTO "job" VALUES('J-EFYYPF1B','C-6N2PFAS1','S-6CYN25AS','balance','{}','queued',0.0,'',NULL,NULL,NULL,0,NULL,NULL,NULL,0,NULL,'2026-11-30T20:16:08.850624Z','ann',NULL,NULL);
INSERT INTO "job" VALUES('J-NA71B0NH','C-6N2PFAS1','S-6CYN25AS','balance','{}','queued',0.0,'',NULL,NULL,NULL,0,NULL,NULL,NULL,0,NULL,'2026-11-30T20:16:08.893595Z','ann',NULL,NULL);
INSERT INTO "job" VALUES('J-2HHZC483','C-6N2PFAS1','S-6CYN25AS','balance','{}','queued',0.0,'',NULL,NULL,NULL,0,NULL,NULL,NULL,0,NULL,'2026-11-30T20:16:08.919224Z','ann',NULL,NULL);
CREATE TABLE ledger_entry (
	company_id TEXT NOT NULL, 
	entry_no INTEGER NOT NULL, 
	run_id TEXT, 
	cells TEXT NOT NULL, 
	types TEXT NOT NULL, 
	created_at TEXT NOT NULL, 
	created_by TEXT NOT NULL, 
	prev_hash TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	PRIMARY KEY (company_id, entry_no), 
	FOREIGN KEY(company_id) REFERENCES company (company_id), 
	FOREIGN KEY(run_id) REFERENCES pay_run (run_id)
);
CREATE TABLE market_layer (
	company_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	unit_of_measure TEXT NOT NULL, 
	source TEXT NOT NULL, 
	created_at TEXT NOT NULL, 
	created_by TEXT NOT NULL, 
	PRIMARY KEY (company_id, name), 
	FOREIGN KEY(company_id) REFERENCES company (company_id)
);
CREATE TABLE market_value (
	company_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	unit_id TEXT NOT NULL, 
	value DOUBLE NOT NULL, 
	PRIMARY KEY (company_id, name, unit_id), 
	FOREIGN KEY(company_id) REFERENCES company (company_id)
)
 WITHOUT ROWID

;
CREATE TABLE meta (
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "meta" VALUES('schema_version','4');
INSERT INTO "meta" VALUES('store_id','f7cc34327a4c45b692bd0d3b4a9c5b70');
CREATE TABLE overlay (
	company_id TEXT NOT NULL, 
	frame JSON NOT NULL, 
	PRIMARY KEY (company_id), 
	FOREIGN KEY(company_id) REFERENCES company (company_id)
);
CREATE TABLE ownership (
	company_id TEXT NOT NULL, 
	row_no INTEGER NOT NULL, 
	account_id TEXT NOT NULL, 
	position_id TEXT NOT NULL, 
	role TEXT NOT NULL, 
	share_ppm BIGINT NOT NULL, 
	valid_from DATE NOT NULL, 
	valid_to DATE, 
	PRIMARY KEY (company_id, row_no), 
	FOREIGN KEY(company_id) REFERENCES company (company_id)
);
INSERT INTO "ownership" VALUES('C-6N2PFAS1',0,'0001','P2','owner',1000000,'2027-01-01',NULL);
INSERT INTO "ownership" VALUES('C-6N2PFAS1',1,'0002','P2','owner',1000000,'2027-01-01',NULL);
INSERT INTO "ownership" VALUES('C-6N2PFAS1',2,'0003','P2','owner',1000000,'2027-01-01',NULL);
CREATE TABLE pay_run (
	run_id TEXT NOT NULL, 
	company_id TEXT NOT NULL, 
	period TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	content_hash TEXT NOT NULL, 
	summary JSON NOT NULL, 
	created_at TEXT NOT NULL, 
	created_by TEXT NOT NULL, 
	PRIMARY KEY (run_id), 
	CONSTRAINT pay_run_kind CHECK (kind IN ('trial', 'final')), 
	FOREIGN KEY(company_id) REFERENCES company (company_id)
);
CREATE TABLE pay_table (
	run_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	n_rows INTEGER NOT NULL, 
	body BLOB NOT NULL, 
	sha256 TEXT NOT NULL, 
	PRIMARY KEY (run_id, name), 
	FOREIGN KEY(run_id) REFERENCES pay_run (run_id)
);
CREATE TABLE position (
	company_id TEXT NOT NULL, 
	position_id TEXT NOT NULL, 
	title TEXT NOT NULL, 
	role TEXT NOT NULL, 
	parent_id TEXT, 
	territory_id TEXT, 
	custom TEXT, 
	PRIMARY KEY (company_id, position_id), 
	FOREIGN KEY(company_id) REFERENCES company (company_id)
);
INSERT INTO "position" VALUES('C-6N2PFAS1','P1','Lead','manager',NULL,NULL,NULL);
INSERT INTO "position" VALUES('C-6N2PFAS1','P2','Rep','rep','P1','T1',NULL);
INSERT INTO "position" VALUES('C-6N2PFAS1','P-T2','Field rep T2','rep','P1','T2',NULL);
CREATE TABLE publication (
	scenario_id TEXT NOT NULL, 
	company_id TEXT NOT NULL, 
	effective_from DATE NOT NULL, 
	content_hash TEXT NOT NULL, 
	state_hash TEXT NOT NULL, 
	audit_hash TEXT NOT NULL, 
	record_hash TEXT NOT NULL, 
	published_at TEXT NOT NULL, 
	published_by TEXT NOT NULL, 
	PRIMARY KEY (scenario_id), 
	FOREIGN KEY(scenario_id) REFERENCES scenario (scenario_id), 
	FOREIGN KEY(company_id) REFERENCES company (company_id)
);
INSERT INTO "publication" VALUES('S-6CYN25AS','C-6N2PFAS1','2027-01-01','ed8bfb01edcc510279b55a651ab23f8fb1f85d435b39d3cbc2cf43dfe84712de','ec41e22dc8333c7e8eb92abbd329ce79088a50161486aa909c805f3c52215b2c','7cf1c966e41ec415f0107b46509c8b2abf293f5917305f481c414d55a63aff32','bc963b601755e43c1e4c5e79f88d4441042ee8f90296d07c55c33ac8a07cecd3','2026-11-22T00:48:23.920855Z','ann');
CREATE TABLE publication_part (
	scenario_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	body BLOB NOT NULL, 
	sha256 TEXT NOT NULL, 
	PRIMARY KEY (scenario_id, name), 
	FOREIGN KEY(scenario_id) REFERENCES publication (scenario_id)
);
INSERT INTO "publication_part" VALUES('S-6CYN25AS','alignment.csv',X'756E69745F69642C7465727269746F72795F69640A31303030312C54310A31303030332C54310A31303030352C54310A','879b5ca6e22b07116f11e1dffd767597a5171444fd29378237745fa7d187564e');
INSERT INTO "publication_part" VALUES('S-6CYN25AS','named_accounts.csv',X'6163636F756E745F69642C7465727269746F72795F69640A','4ad4b3cfcd47fdc709906f8cbc671fd3f16eae7300ef9a05243dff388d48a33d');
INSERT INTO "publication_part" VALUES('S-6CYN25AS','territories.csv',X'7465727269746F72795F69642C6E616D652C706F736974696F6E5F69640A54312C54312C50320A','357830e468178ba26259b533ebfa43af8c6da3cb729dec69d7ce10f701e17bda');
INSERT INTO "publication_part" VALUES('S-6CYN25AS','ownership.csv',X'6163636F756E745F69642C706F736974696F6E5F69642C726F6C652C73686172655F70706D2C76616C69645F66726F6D2C76616C69645F746F0A303030312C50322C6F776E65722C313030303030302C323032372D30312D30312C0A303030322C50322C6F776E65722C313030303030302C323032372D30312D30312C0A303030332C50322C6F776E65722C313030303030302C323032372D30312D30312C0A','cf2d6f20dc05fe548c0764f1a61e29831b3f222a1b05a399f5b434da1e944f53');
INSERT INTO "publication_part" VALUES('S-6CYN25AS','quotas.csv',X'706F736974696F6E5F69642C6D6561737572652C706572696F642C616D6F756E745F6D696E6F722C63757272656E63790A','97cd4dc6b9e9e0ff73f4b2e92c98512cd5dc4913e25251f04eead0b44710c0a7');
INSERT INTO "publication_part" VALUES('S-6CYN25AS','positions.csv',X'706F736974696F6E5F69642C7469746C652C726F6C652C706172656E745F69642C7465727269746F72795F69640A50312C4C6561642C6D616E616765722C2C0A50322C5265702C7265702C50312C54310A','787985dd260122e359d70e6f4afc142c7d080fbb037cfc0704835bf25eb7eaeb');
INSERT INTO "publication_part" VALUES('S-6CYN25AS','changes.csv',X'6163636F756E745F69642C66726F6D5F706F736974696F6E5F69642C746F5F706F736974696F6E5F69642C6566666563746976655F66726F6D0A303030312C2C50322C323032372D30312D30310A303030322C2C50322C323032372D30312D30310A303030332C2C50322C323032372D30312D30310A','35094d9dfaef1f76a4484fd17313699960c1452b220f061bcdd43ae13f2e6e16');
INSERT INTO "publication_part" VALUES('S-6CYN25AS','manifest.json',X'7B0A202262617365645F6F6E223A2022222C0A20226566666563746976655F66726F6D223A2022323032372D30312D3031222C0A20227061727473223A207B0A202022616C69676E6D656E742E637376223A202238373962356361366532326230373131366631316531646666643736373539376135313731343434666432393337383233373734356661376431383735363465222C0A2020226368616E6765732E637376223A202233353039346439646661656631663736613434383466643137333133363939393630633134353262323230663036316263646434336165313366326536653136222C0A2020226E616D65645F6163636F756E74732E637376223A202234616434623363666364343766646337303939303666386362633637316664336631366561653733303065663961303532343364666633383864343861333364222C0A2020226F776E6572736869702E637376223A202263663264366632306463303566653534386330373634663161363165323938333162336632323261316230356133393966356234333464613165393434663533222C0A202022706F736974696F6E732E637376223A202237383739383564643236303132326533353964373065366634616663313432633764303830666262303337636663303730343833356266323565623765616562222C0A20202271756F7461732E637376223A202239376364346463366239653965306666373366346232653932633938353132636435646334393133653235323531663034656561643062343437313063306137222C0A2020227465727269746F726965732E637376223A202233353738333065343638313738626132363235396235333365626661343361663863366461336362373239646563363964376365313066373031653137626461220A207D2C0A20227363656E6172696F5F6E616D65223A202244726166742031222C0A2022736368656D61223A20227075626C69636174696F6E2F31220A7D0A','ed8bfb01edcc510279b55a651ab23f8fb1f85d435b39d3cbc2cf43dfe84712de');
CREATE TABLE quota_set (
	layer_id TEXT NOT NULL, 
	params JSON NOT NULL, 
	created_at TEXT NOT NULL, 
	created_by TEXT NOT NULL, 
	PRIMARY KEY (layer_id), 
	FOREIGN KEY(layer_id) REFERENCES scenario_layer (layer_id)
);
CREATE TABLE rep (
	company_id TEXT NOT NULL, 
	rep_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	position_id TEXT, 
	lat DOUBLE, 
	lon DOUBLE, 
	work_start_s BIGINT NOT NULL, 
	work_end_s BIGINT NOT NULL, 
	cost_minor_per_year BIGINT, 
	ramp_share DOUBLE NOT NULL, 
	hired_on DATE, 
	left_on DATE, 
	custom TEXT, 
	PRIMARY KEY (company_id, rep_id), 
	FOREIGN KEY(company_id) REFERENCES company (company_id)
);
CREATE TABLE repair (
	repair_id TEXT NOT NULL, 
	company_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	code TEXT NOT NULL, 
	params JSON NOT NULL, 
	"before" JSON NOT NULL, 
	"after" JSON NOT NULL, 
	created_at TEXT NOT NULL, 
	created_by TEXT NOT NULL, 
	undone_at TEXT, 
	undone_by TEXT, 
	PRIMARY KEY (repair_id), 
	FOREIGN KEY(company_id) REFERENCES company (company_id)
);
CREATE TABLE scenario (
	scenario_id TEXT NOT NULL, 
	company_id TEXT NOT NULL, 
	layer_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	parent_id TEXT, 
	version INTEGER NOT NULL, 
	status TEXT NOT NULL, 
	effective_from DATE, 
	note TEXT NOT NULL, 
	created_at TEXT NOT NULL, 
	created_by TEXT NOT NULL, 
	updated_at TEXT NOT NULL, 
	updated_by TEXT NOT NULL, 
	team TEXT DEFAULT 'Field' NOT NULL, 
	PRIMARY KEY (scenario_id), 
	CONSTRAINT scenario_status CHECK (status IN ('draft', 'published')), 
	FOREIGN KEY(company_id) REFERENCES company (company_id), 
	FOREIGN KEY(layer_id) REFERENCES scenario_layer (layer_id), 
	FOREIGN KEY(parent_id) REFERENCES scenario (scenario_id)
);
INSERT INTO "scenario" VALUES('S-6CYN25AS','C-6N2PFAS1','L-WQ11QPVV','Draft 1',NULL,3,'published','2027-01-01','','2026-11-22T00:48:23.625799Z','ann','2026-11-22T00:48:23.687263Z','ann','Field');
INSERT INTO "scenario" VALUES('S-9XEJJ1EJ','C-6N2PFAS1','L-NGDPWMHQ','B side','S-6CYN25AS',2,'draft',NULL,'','2026-11-22T00:48:23.683265Z','ann','2026-11-22T00:48:23.945613Z','ann','Field');
CREATE TABLE scenario_account (
	layer_id TEXT NOT NULL, 
	account_id TEXT NOT NULL, 
	territory_id TEXT, 
	is_removed BOOLEAN NOT NULL, 
	PRIMARY KEY (layer_id, account_id), 
	FOREIGN KEY(layer_id) REFERENCES scenario_layer (layer_id)
)
 WITHOUT ROWID

;
CREATE TABLE scenario_layer (
	layer_id TEXT NOT NULL, 
	parent_id TEXT, 
	PRIMARY KEY (layer_id), 
	FOREIGN KEY(parent_id) REFERENCES scenario_layer (layer_id)
);
INSERT INTO "scenario_layer" VALUES('L-CKDQYAB2',NULL);
INSERT INTO "scenario_layer" VALUES('L-WQ11QPVV','L-CKDQYAB2');
INSERT INTO "scenario_layer" VALUES('L-NGDPWMHQ','L-CKDQYAB2');
CREATE TABLE scenario_mark (
	layer_id TEXT NOT NULL, 
	mark_id TEXT NOT NULL, 
	kind TEXT, 
	thing TEXT, 
	other TEXT, 
	lat DOUBLE, 
	lon DOUBLE, 
	is_removed BOOLEAN NOT NULL, 
	PRIMARY KEY (layer_id, mark_id), 
	FOREIGN KEY(layer_id) REFERENCES scenario_layer (layer_id)
)
 WITHOUT ROWID

;
CREATE TABLE scenario_quota (
	layer_id TEXT NOT NULL, 
	position_id TEXT NOT NULL, 
	measure TEXT NOT NULL, 
	period TEXT NOT NULL, 
	amount_minor BIGINT NOT NULL, 
	currency TEXT NOT NULL, 
	PRIMARY KEY (layer_id, position_id, measure, period), 
	FOREIGN KEY(layer_id) REFERENCES quota_set (layer_id)
);
CREATE TABLE scenario_territory (
	layer_id TEXT NOT NULL, 
	territory_id TEXT NOT NULL, 
	name TEXT, 
	position_id TEXT, 
	is_removed BOOLEAN NOT NULL, 
	district TEXT, 
	share_ppm BIGINT, 
	PRIMARY KEY (layer_id, territory_id), 
	FOREIGN KEY(layer_id) REFERENCES scenario_layer (layer_id)
)
 WITHOUT ROWID

;
INSERT INTO "scenario_territory" VALUES('L-CKDQYAB2','T1','T1','P2',0,NULL,NULL);
INSERT INTO "scenario_territory" VALUES('L-NGDPWMHQ','T2','T2','P-T2',0,NULL,NULL);
CREATE TABLE scenario_unit (
	layer_id TEXT NOT NULL, 
	unit_id TEXT NOT NULL, 
	territory_id TEXT, 
	PRIMARY KEY (layer_id, unit_id), 
	FOREIGN KEY(layer_id) REFERENCES scenario_layer (layer_id)
)
 WITHOUT ROWID

;
INSERT INTO "scenario_unit" VALUES('L-CKDQYAB2','10001','T1');
INSERT INTO "scenario_unit" VALUES('L-CKDQYAB2','10003','T1');
INSERT INTO "scenario_unit" VALUES('L-CKDQYAB2','10005','T1');
INSERT INTO "scenario_unit" VALUES('L-NGDPWMHQ','10003','T2');
CREATE TABLE scenario_unserved (
	run_id TEXT NOT NULL, 
	row_no INTEGER NOT NULL, 
	rep_id TEXT NOT NULL, 
	account_id TEXT NOT NULL, 
	missing BIGINT NOT NULL, 
	reason TEXT NOT NULL, 
	repair TEXT NOT NULL, 
	PRIMARY KEY (run_id, row_no), 
	FOREIGN KEY(run_id) REFERENCES visit_run (run_id)
);
CREATE TABLE scenario_visit (
	run_id TEXT NOT NULL, 
	rep_id TEXT NOT NULL, 
	visit_on DATE NOT NULL, 
	sequence BIGINT NOT NULL, 
	account_id TEXT NOT NULL, 
	arrive_s BIGINT NOT NULL, 
	start_s BIGINT NOT NULL, 
	leave_s BIGINT NOT NULL, 
	travel_s BIGINT NOT NULL, 
	travel_m BIGINT NOT NULL, 
	PRIMARY KEY (run_id, rep_id, visit_on, sequence), 
	FOREIGN KEY(run_id) REFERENCES visit_run (run_id)
);
CREATE TABLE seal (
	company_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	sha256 TEXT NOT NULL, 
	sealed_at TEXT NOT NULL, 
	PRIMARY KEY (company_id, name), 
	FOREIGN KEY(company_id) REFERENCES company (company_id)
);
INSERT INTO "seal" VALUES('C-6N2PFAS1','ownership','3e190ff24e0a4f8051ada5484403439e576c6799818084b3a073e75eb085df32','2026-11-22T00:48:23.919724Z');
CREATE TABLE segment (
	company_id TEXT NOT NULL, 
	account_id TEXT NOT NULL, 
	segment TEXT NOT NULL, 
	visit_class TEXT NOT NULL, 
	rule TEXT NOT NULL, 
	PRIMARY KEY (company_id, account_id), 
	FOREIGN KEY(company_id) REFERENCES company (company_id)
)
 WITHOUT ROWID

;
INSERT INTO "segment" VALUES('C-6N2PFAS1','0001','Prospect','D','Prospect');
INSERT INTO "segment" VALUES('C-6N2PFAS1','0002','Prospect','D','Prospect');
INSERT INTO "segment" VALUES('C-6N2PFAS1','0003','Prospect','D','Prospect');
CREATE TABLE segment_rules (
	company_id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	rules JSON NOT NULL, 
	created_at TEXT NOT NULL, 
	created_by TEXT NOT NULL, 
	PRIMARY KEY (company_id, version), 
	FOREIGN KEY(company_id) REFERENCES company (company_id)
);
INSERT INTO "segment_rules" VALUES('C-6N2PFAS1',1,'[{"explanation":"Customers with 500 people or 100 million in revenue: every week.","expression":"status = ''customer'' and (employees >= 500 or annual_revenue >= 100000000)","name":"Enterprise","segment":"Enterprise","visit_class":"A"},{"explanation":"Hospitals and clinics buy by committee: every second week.","expression":"status = ''customer'' and (industry contains ''hospital'' or industry contains ''clinic'')","name":"Health systems","segment":"Health systems","visit_class":"B"},{"explanation":"Customers with 100 people or 20 million: every second week.","expression":"status = ''customer'' and (employees >= 100 or annual_revenue >= 20000000)","name":"Mid-market","segment":"Mid-market","visit_class":"B"},{"explanation":"All other customers: once in four weeks.","expression":"status = ''customer''","name":"Small business","segment":"Small business","visit_class":"C"},{"explanation":"Not a customer yet: visited where a day has room.","expression":"status = ''prospect''","name":"Prospect","segment":"Prospect","visit_class":"D"}]','2026-11-22T00:48:23.607781Z','ann');
CREATE TABLE split (
	company_id TEXT NOT NULL, 
	deal_id TEXT NOT NULL, 
	position_id TEXT NOT NULL, 
	share_ppm BIGINT NOT NULL, 
	PRIMARY KEY (company_id, deal_id, position_id), 
	FOREIGN KEY(company_id) REFERENCES company (company_id)
);
CREATE TABLE unit (
	company_id TEXT NOT NULL, 
	unit_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	region TEXT, 
	custom TEXT, 
	geometry BLOB NOT NULL, 
	PRIMARY KEY (company_id, unit_id), 
	FOREIGN KEY(company_id) REFERENCES company (company_id)
);
INSERT INTO "unit" VALUES('C-6N2PFAS1','10001','Kent','DE',NULL,X'0103000000010000000500000091ED7C3F35EE52C00AD7A3703D6A434062105839B4F052C0BC74931804A6434037894160E5E052C01F85EB51B8AE434079E9263108D452C00C022B871679434091ED7C3F35EE52C00AD7A3703D6A4340');
INSERT INTO "unit" VALUES('C-6N2PFAS1','10003','New Castle','DE',NULL,X'0103000000010000000600000037894160E5E052C01F85EB51B8AE434062105839B4F052C0BC74931804A64340C3F5285C8FF252C023DBF97E6ADC4340A01A2FDD24E652C04260E5D022EB4340A69BC420B0DA52C02DB29DEFA7E6434037894160E5E052C01F85EB51B8AE4340');
INSERT INTO "unit" VALUES('C-6N2PFAS1','10005','Sussex','DE',NULL,X'010300000001000000060000002506819543C352C07D3F355EBA3943403108AC1C5AEC52C07B14AE47E13A434091ED7C3F35EE52C00AD7A3703D6A434079E9263108D452C00C022B871679434091ED7C3F35C652C0105839B4C86643402506819543C352C07D3F355EBA394340');
CREATE TABLE visit_made (
	company_id TEXT NOT NULL, 
	visit_id TEXT NOT NULL, 
	account_id TEXT NOT NULL, 
	rep_id TEXT NOT NULL, 
	visited_on DATE NOT NULL, 
	minutes BIGINT NOT NULL, 
	outcome TEXT, 
	custom TEXT, 
	PRIMARY KEY (company_id, visit_id), 
	FOREIGN KEY(company_id) REFERENCES company (company_id)
);
CREATE TABLE visit_run (
	run_id TEXT NOT NULL, 
	layer_id TEXT NOT NULL, 
	params JSON NOT NULL, 
	summary JSON NOT NULL, 
	created_at TEXT NOT NULL, 
	created_by TEXT NOT NULL, 
	PRIMARY KEY (run_id), 
	FOREIGN KEY(layer_id) REFERENCES scenario_layer (layer_id)
);
CREATE TABLE worker (
	worker_id TEXT NOT NULL, 
	pid INTEGER NOT NULL, 
	host TEXT NOT NULL, 
	started_at TEXT NOT NULL, 
	beat_at TEXT NOT NULL, 
	stop_requested BOOLEAN NOT NULL, 
	PRIMARY KEY (worker_id)
);
CREATE INDEX audit_by_subject ON audit (subject, sequence);
CREATE UNIQUE INDEX one_final_pay_run ON pay_run (company_id, period) WHERE kind = 'final';
CREATE INDEX job_by_state ON job (state, created_at);
CREATE INDEX export_by_sha256 ON export (sha256);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit WHEN TRUE BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit WHEN TRUE BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE TRIGGER publication_no_update BEFORE UPDATE ON publication WHEN TRUE BEGIN SELECT RAISE(ABORT, 'publication is append-only'); END;
CREATE TRIGGER publication_no_delete BEFORE DELETE ON publication WHEN TRUE BEGIN SELECT RAISE(ABORT, 'publication is append-only'); END;
CREATE TRIGGER publication_part_no_update BEFORE UPDATE ON publication_part WHEN TRUE BEGIN SELECT RAISE(ABORT, 'publication_part is append-only'); END;
CREATE TRIGGER publication_part_no_delete BEFORE DELETE ON publication_part WHEN TRUE BEGIN SELECT RAISE(ABORT, 'publication_part is append-only'); END;
CREATE TRIGGER comp_plan_no_update BEFORE UPDATE ON comp_plan WHEN TRUE BEGIN SELECT RAISE(ABORT, 'comp_plan is append-only'); END;
CREATE TRIGGER comp_plan_no_delete BEFORE DELETE ON comp_plan WHEN TRUE BEGIN SELECT RAISE(ABORT, 'comp_plan is append-only'); END;
CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE ON ledger_entry WHEN TRUE BEGIN SELECT RAISE(ABORT, 'ledger_entry is append-only'); END;
CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE ON ledger_entry WHEN TRUE BEGIN SELECT RAISE(ABORT, 'ledger_entry is append-only'); END;
CREATE TRIGGER pay_run_no_update BEFORE UPDATE ON pay_run WHEN TRUE BEGIN SELECT RAISE(ABORT, 'pay_run is append-only'); END;
CREATE TRIGGER pay_run_no_delete BEFORE DELETE ON pay_run WHEN OLD.kind = 'final' BEGIN SELECT RAISE(ABORT, 'pay_run is append-only'); END;
CREATE TRIGGER pay_table_no_update BEFORE UPDATE ON pay_table WHEN TRUE BEGIN SELECT RAISE(ABORT, 'pay_table is append-only'); END;
CREATE TRIGGER pay_table_no_delete BEFORE DELETE ON pay_table WHEN (SELECT kind FROM pay_run WHERE pay_run.run_id = OLD.run_id) = 'final' BEGIN SELECT RAISE(ABORT, 'pay_table is append-only'); END;
COMMIT;
