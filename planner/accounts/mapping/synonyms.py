"""Names of our columns in other programs and languages, beside those of `columns`."""

from __future__ import annotations

from collections.abc import Mapping

# CRMs and ERPs: Salesforce, HubSpot, Dynamics, SAP, Pipedrive, Zoho, NetSuite; then
# German, French, Spanish, Italian, Portuguese, Dutch. Parted by bars, best first.
# HubSpot's and Salesforce's own translations stand without articles and prepositions:
# "propriétaire de l'entreprise" is "proprietaire entreprise".
_PLACE = {
    "postcode": "pstlz|zip postal code|postal zip code|zipcode|postal|postleitzahl"
    "|code postal|cp|codigo postal|cod postal|c p|cap|codice postale|cep|codigo zip"
    "|post code|postnummer|kod pocztowy",
    "city": "ort01|city town|wohnort|ville|commune|localite|ciudad|poblacion|localidad"
    "|municipio|citta|comune|localita|cidade|localidade|plaats|woonplaats"
    "|gemeente|stad",
    "region": "regio|state region|state county|bundesland|kanton|departement|regione"
    "|regiao|comunidad autonoma|estado|uf|distrito|provincia|provincie"
    "|administrative area|canton",
    "country": "land1|country region|pays region|land region|pais region|paese regione"
    "|pais regiao|land regio|country territory|pays|pais|paese|nazione|landcode"
    "|laendercode|landercode|country name",
    "lat": "latitud|latitudine|breitengrad|breite|geobreite|latitude y"
    "|decimal latitude",
    "lon": "longitud|longitudine|langengrad|laengengrad|geolaenge|lange|laenge"
    "|longitude x|decimal longitude",
}
_ID = (
    "record id|account no|account code|customer code|client id|client no|client code"
    "|client number|internal id|organization id|organisation id|company id|kunnr"
    "|kundennummer|kunden nr|kundennr|kunden id|debitor|debitorennummer|codice cliente"
    "|cod cliente|id cliente|code client|numero client|no client|n client|num client"
    "|id client|codigo cliente|codigo de cliente|codigo do cliente|numero de cliente"
    "|klantnummer|klantnr|klant id|klantcode|id compte|account record id"
    "|id fiche informations|id fiche|datensatz id|id registro|id record|id empresa"
    "|id entreprise|id azienda|id cuenta|id conta|bedrijfs id|account id extern"
)
SYNONYMS: Mapping[str, Mapping[str, str]] = {
    "accounts": {
        **_PLACE,
        "account_id": _ID,
        "name": "name1|organization name|organisation name|organization|legal name"
        "|firma|firmenname|firmenbezeichnung|kundenname|kunde|unternehmen"
        "|raison sociale"
        "|nom client|nom du client|nom|societe|entreprise|nom du compte|razon social"
        "|nombre cliente|nombre del cliente|nombre|empresa|ragione sociale"
        "|denominazione|nome cliente|azienda|razao social|nome fantasia|nome|cliente"
        "|klantnaam|bedrijfsnaam|bedrijf|naam|nom entreprise|nom compte|nom societe"
        "|unternehmensname|accountname|nombre empresa|nombre cuenta|nome azienda"
        "|nome account|nome empresa|nome conta",
        "street": "stras|street 1|address line 1|address line|address street 1"
        "|organization address|strasse|str|adresse|adresse 1|anschrift|rue|direccion"
        "|calle|domicilio|indirizzo|via|endereco|morada|logradouro|rua|adres|straat"
        "|adresse postale|rue facturation|strasse hausnummer|via fatturazione",
        "status": "lifecycle stage|relationship type|account type|type|customer status"
        "|client type|category|kundenstatus|kundenart|kundentyp|kontotyp|statut"
        "|type client|type de client|type de compte|tipo cliente|tipo de cliente"
        "|estado cliente|stato cliente|tipo di cliente|klanttype|typ|tipo"
        "|phase cycle vie|lifecycle phase|etapa ciclo vida|fase ciclo vita"
        "|fase ciclo vida|levenscyclusfase|type compte|tipo cuenta|tipo conta",
        "industry": "brsch|industry code|branche|secteur|secteur d activite|settore"
        "|setor|ramo|bedrijfstak|sector de actividad",
        "employees": "no of employees|num employees|employee count|nr of employees"
        "|mitarbeiter|mitarbeiterzahl|anzahl mitarbeiter|beschaftigte|effectif"
        "|nombre d employes|salaries|empleados|numero de empleados|dipendenti"
        "|numero dipendenti|funcionarios|numero de funcionarios|werknemers"
        "|aantal medewerkers|medewerkers",
        "annual_revenue": "umsa1|jahresumsatz|umsatz pro jahr|fatturato annuo"
        "|fatturato|chiffre d affaires annuel|facturacion anual|ingresos anuales"
        "|faturamento anual|receita anual|jaaromzet|revenu annuel|revenus annuels"
        "|fatturato annuale|ricavi annuali|entrate annuali",
        "our_sales": "sales ytd|revenue ytd|total sales|net sales|last year sales"
        "|sales last 12 months|umsatz|unser umsatz|umsatz vorjahr|absatz|verkaufe"
        "|chiffre d affaires|ca ht|ventes|ventas|facturacion|venduto|vendite|vendas"
        "|faturamento|omzet|verkopen",
        "last_visit_on": "last activity date|last activity|last contacted"
        "|last visit date|last call date|letzter besuch|letzte aktivitat"
        "|derniere visite|derniere activite|ultima visita|ultima actividad"
        "|laatste bezoek|ultimo contatto|date derniere activite|datum letzten aktivitat"
        "|letzte aktivitat datum|fecha ultima actividad|data ultima attivita"
        "|data ultima atividade|datum laatste activiteit",
        "owner_id": "account owner id|company owner|owner name|owning user|assigned to"
        "|sales rep|salesperson|sales person|sales rep id|organization owner"
        "|besitzer|eigentumer|betreuer|kundenbetreuer|aussendienst|vertreter"
        "|verkaufer|zustandig|proprietaire|commercial|representant|propietario"
        "|vendedor|comercial|proprietario|agente|rappresentante|venditore|responsavel"
        "|eigenaar|vertegenwoordiger|accountmanager|account manager"
        "|proprietaire entreprise|proprietaire compte|zustandiger mitarbeiter"
        "|unternehmensinhaber|accountinhaber|propietario empresa|propietario cuenta"
        "|proprietario azienda|proprietario account|proprietario empresa"
        "|proprietario conta|eigenaar bedrijf",
        "opens_s": "offnet|offnet um|geoffnet ab|offnung|ouvre|ouverture|abre|apertura"
        "|apre|abertura|opent|opening|open from",
        "closes_s": "schliesst|schliesst um|geoffnet bis|schliessung|ferme a|fermeture"
        "|cierra|chiude|chiusura|sluit|closing|open until",
        "visit_class": "abc|abc class|abc klasse|kundenklasse|customer class",
        "currency": "waers|currency iso code|wahrung|waehrung|devise|moneda|valuta"
        "|moeda|account currency",
        "is_deleted": "deleted|is deleted|loevm|geloscht|supprime|eliminado|eliminato"
        "|apagado|verwijderd",
    },
    "reps": {
        **_PLACE,
        "rep_id": "user id|employee number|employee no|record id|owner id"
        "|personalnummer"
        "|vertreter nr|vertreternummer|matricola|matricule|codice agente"
        "|codigo vendedor"
        "|salesperson code|personeelsnummer|pernr|code commercial",
        "name": "user|user name|display name|mitarbeiter|vertreter|vendedor|agente"
        "|commercial|naam|nom|nombre|nome|ename",
        "is_active": "active|is active|aktiv|ist aktiv|actif|activo|attivo|ativo|actief"
        "|user status|employment status|status",
        "manager_id": "vorgesetzter|vorgesetzte|leiter|responsable|superieur|superior"
        "|jefe|gerente|capo|leidinggevende|manager name",
        "title": "role|position title|funktion|fonction|cargo|ruolo|funcao|functie",
        "currency": "waers|currency iso code|wahrung|devise|moneda|valuta|moeda",
    },
    "deals": {
        "deal_id": "record id|deal no|opportunity number|order number|order no"
        "|sales order|invoice id|invoice number|invoice no|document number|vbeln"
        "|rechnungsnummer|belegnummer|auftragsnummer|auftragsnr|numero facture"
        "|numero de facture|no facture|numero factura|factura|numero fattura|fattura"
        "|numero pedido|fatura|factuurnummer|ordernummer|internal id|transaction id",
        "account_id": "kunag|kunrg|associated company id|associated company ids"
        "|organization id|company record id|account name id|" + _ID,
        "amount": "netwr|amount in company currency|net value|total amount|betrag"
        "|nettobetrag|nettowert|montant|montant ht|importe|monto|importo|imponibile"
        "|valor|valor total|bedrag|nettobedrag|est revenue|actual revenue|total",
        "close_on": "closedate|actual close date|won time|deal won time|closing date"
        "|deal closed on|expected close date|deal expected close date|fkdat"
        "|invoice date"
        "|billing date|est close date|rechnungsdatum|abschlussdatum|schlusstermin"
        "|fakturadatum|date de cloture|date facture|date de facture|fecha de cierre"
        "|fecha factura|fecha|data chiusura|data di chiusura|data fattura|data"
        "|data de fechamento|data fatura|sluitingsdatum|factuurdatum|datum|date",
        "opened_on": "createdate|create date|created on|date created|deal created"
        "|deal created on|add time|erdat|erstellt am|erstellungsdatum|date de creation"
        "|fecha de creacion|data creazione|data di creazione|data de criacao"
        "|aanmaakdatum",
        "stage": "stagename|deal stage|sales stage|opportunity stage|deal status"
        "|pipeline stage|status reason|phase|verkaufsphase|vertriebsphase|etape|etapa"
        "|fase|statut|estado|stato|phase name",
        "kind": "fkart|auart|art|deal art|record type|auftragsart|type d affaire|tipo"
        "|soort",
        "currency": "waerk|waers|currency iso code|deal currency|wahrung|waehrung"
        "|devise|moneda|valuta|moeda",
        "product": "product family|item|matnr|produkt|artikel|produit|producto|prodotto"
        "|produto|product code",
        "is_won": "won|is won|iswon|deal status|opportunity status",
        "is_closed": "closed|is closed|isclosed",
        "is_deleted": "deleted|is deleted|geloscht|loevm",
    },
    "quotas": {
        "amount": "ziel|zielwert|sollwert|objectif|objetivo|obiettivo|meta|doel|quote",
        "period": "zeitraum|monat|jahr|periode|periodo|mois|annee|mes|ano|mese|anno"
        "|maand|jaar",
        "position_id": "territory id|stelle",
    },
    "visits_made": {
        "account_id": "related to id|what id|" + _ID,
        "rep_id": "assigned to id|assigned to|vertreter|agente|vendedor|commercial",
        "visited_on": "activitydate|besuchsdatum|besucht am|date de visite"
        "|fecha de visita|data visita|data da visita|bezoekdatum|datum",
    },
}


def names_of(kind: str, target: str) -> tuple[str, ...]:
    """List the names of one of our columns in other programs and languages."""
    text = SYNONYMS.get(kind, {}).get(target, "")
    return tuple(text.split("|")) if text else ()
